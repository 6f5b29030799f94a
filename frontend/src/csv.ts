import { guarded, type Cell } from "./formulas";

// RFC 4180 with a byte order mark, so that spreadsheets read the letters rightly.
export function csv(head: string[], rows: Cell[][]): Blob {
  const field = (value: Cell): string => {
    const safe = guarded(value);
    const text = safe === null ? "" : String(safe);
    return /[",\r\n;\t]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const lines = [head, ...rows].map((row) => row.map(field).join(","));
  return new Blob(["\ufeff" + lines.join("\r\n") + "\r\n"], { type: "text/csv;charset=utf-8" });
}
