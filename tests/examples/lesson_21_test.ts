/** Lesson 21: what it prints is so. */
import { assert, assertAlmostEquals } from "@std/assert";
import { lesson } from "./lesson.ts";

/** The least mean squared error of a guess at the noise, by the trapezoidal rule. */
function leastError(): number {
  const T = 100;
  const deviation = 0.3;
  const of = (t: number): number => {
    const angle = Math.PI / 2 * t / (T + 1);
    const [a, s] = [Math.cos(angle), Math.sin(angle)];
    const variance = (a * deviation) ** 2 + s ** 2;
    const peak = (share: number, x: number, at: number) =>
      share * Math.exp(-((x - a * at) ** 2) / (2 * variance)) / Math.sqrt(2 * Math.PI * variance);
    // E(ε - E(ε|x))² = 1 - E(E(ε|x)²), where ε and x have the covariance σ within a peak.
    const step = 0.005;
    let explained = 0;
    for (let x = -6; x <= 6; x += step) {
      const [left, right] = [peak(1 / 3, x, -1), peak(2 / 3, x, 1)];
      const density = left + right;
      if (density < 1e-300) continue;
      const noise = s / variance * (left * (x + a) + right * (x - a)) / density;
      explained += step * density * noise ** 2;
    }
    return 1 - explained;
  };
  return Array.from({ length: T }, (_, i) => of(i + 1)).reduce((sum, error) => sum + error) / T;
}

Deno.test("21: noise is named as the formula does, a cloud becomes moons, and digits can be read", async () => {
  const { figure } = await lesson("21_diffusion.ts");

  const [least, reached] = [
    figure("mean squared error of the formula"),
    figure("mean squared error of the network"),
  ];
  assertAlmostEquals(least, leastError(), 0.025);
  const gap = figure("squared distance of the network from the formula");
  assert(reached > least && gap < 0.06 * least, `${gap} of ${least}`);
  // What is not to be known is independent of what is: the errors add up.
  assertAlmostEquals(reached, least + gap, 0.008);

  const noise = figure("energy distance of noise from data");
  assert(figure("energy distance of data from other data") < 0.15 * noise);
  for (const way of ["new noise in each step", "certain steps"]) {
    assert(figure(`energy distance, 100 ${way}`) < 0.4 * noise, way);
    assert(
      figure(`energy distance, 100 ${way}`) < 0.8 * figure(`energy distance, 5 ${way}`),
      way,
    );
  }

  assert(figure("drawn digits that the reader reads right") > 0.88);
  assert(figure("names the picture: read as asked") > 0.75);
  assert(figure("names the noise: read as asked") < 0.5);
  const spread = figure("names the picture: spread over that of drawn ones");
  assert(spread > 0.15 && spread < 0.8, `spread ${spread}`);
});
