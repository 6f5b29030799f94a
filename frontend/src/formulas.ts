// Cells that a spreadsheet would take for a formula get an apostrophe in front.
export type Cell = string | number | boolean | null;

export function guarded(value: Cell): Cell {
  if (typeof value !== "string") return value;
  return /^[\s\u200b\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]/.test(value) || /^[\t\r\n]/.test(value) ? `'${value}` : value;
}
