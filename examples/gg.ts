export { spirals } from "../scratch/spirals.ts";
export { moons } from "../scratch/moons.ts";
