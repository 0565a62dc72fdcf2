/**
 * Matrix products as loops, for the plain programs.
 *
 * @module
 */

/** `out = a b`, of `[m, k]` and `[k, n]`; an operand that is transposed lies the other way round. */
export function multiply(
  a: Float32Array,
  b: Float32Array,
  out: Float32Array,
  [m, n, k]: readonly [number, number, number],
  { transposeA = false, transposeB = false, add = false } = {},
): void {
  if (transposeB) return multiplyRows(a, b, out, [m, n, k], add);
  const [aRow, aColumn] = transposeA ? [1, m] : [k, 1];
  if (!add) out.fill(0, 0, m * n);
  for (let i = 0; i < m; i++) {
    for (let p = 0; p < k; p++) {
      const factor = a[i * aRow + p * aColumn];
      for (let j = 0; j < n; j++) out[i * n + j] += factor * b[p * n + j];
    }
  }
}

/** Both operands' rows lie along the summed axis. */
function multiplyRows(
  a: Float32Array,
  b: Float32Array,
  out: Float32Array,
  [m, n, k]: readonly [number, number, number],
  add: boolean,
): void {
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let total = 0;
      for (let p = 0; p < k; p++) total += a[i * k + p] * b[j * k + p];
      out[i * n + j] = add ? out[i * n + j] + total : total;
    }
  }
}

/** Adds a row to each row. */
export function addRow(x: Float32Array, row: Float32Array): void {
  const n = row.length;
  for (let i = 0; i < x.length; i += n) {
    for (let j = 0; j < n; j++) x[i + j] += row[j];
  }
}

/** The sum of the rows. */
export function sumRows(x: Float32Array, out: Float32Array): void {
  const n = out.length;
  out.fill(0);
  for (let i = 0; i < x.length; i += n) {
    for (let j = 0; j < n; j++) out[j] += x[i + j];
  }
}

/** The softmax of each row of `n`, in place. */
export function softmaxRows(x: Float32Array, n: number): void {
  for (let i = 0; i < x.length; i += n) {
    let [most, total] = [-Infinity, 0];
    for (let j = 0; j < n; j++) most = Math.max(most, x[i + j]);
    for (let j = 0; j < n; j++) total += x[i + j] = Math.exp(x[i + j] - most);
    for (let j = 0; j < n; j++) x[i + j] /= total;
  }
}

/**
 * The mean cross-entropy of logits in rows against probabilities; `slopes` are its derivatives.
 */
export function crossEntropy(
  logits: Float32Array,
  targets: Float32Array,
  slopes: Float32Array,
  n: number,
): number {
  const rows = logits.length / n;
  slopes.set(logits);
  softmaxRows(slopes, n);
  let loss = 0;
  for (let i = 0; i < slopes.length; i++) {
    if (targets[i] !== 0) loss -= targets[i] * Math.log(slopes[i]);
    slopes[i] = (slopes[i] - targets[i]) / rows;
  }
  return loss / rows;
}
