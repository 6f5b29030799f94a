import { csv } from "./csv";
import type { Cell } from "./formulas";
import { xlsx } from "./xlsx";

const SHOWN = 12;
const order = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

function value(cell: Element): Cell {
  const raw = cell.getAttribute("data-v");
  if (raw === null) return cell.textContent ?? "";
  return raw === "" ? null : raw === "true" ? true : raw === "false" ? false : Number(raw);
}

function compare(a: Cell, b: Cell): number {
  if (typeof a === "string" && typeof b === "string") return order.compare(a, b);
  return Number(a) - Number(b);
}

function sortBy(table: HTMLTableElement, column: number, head: HTMLElement): void {
  const numeric = head.classList.contains("num");
  const now = head.getAttribute("aria-sort");
  const down = now === "none" ? numeric : now === "ascending";
  for (const other of table.tHead!.querySelectorAll("th")) other.setAttribute("aria-sort", "none");
  head.setAttribute("aria-sort", down ? "descending" : "ascending");
  const body = table.tBodies[0];
  const keyed = [...body.rows].map((row) => ({ row, key: value(row.cells[column]) }));
  keyed.sort((a, b) => {
    if (a.key === null || b.key === null) return Number(a.key === null) - Number(b.key === null);
    return down ? compare(b.key, a.key) : compare(a.key, b.key);
  });
  body.append(...keyed.map((item) => item.row));
}

function save(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

function about(block: HTMLElement): [string, string][] {
  const title = document.querySelector("h1")?.textContent?.trim() ?? "";
  const made = document.querySelector("footer")?.textContent?.replace(/\s+/g, " ").trim() ?? "";
  return [
    ["Report", title],
    ["Table", block.dataset.title ?? ""],
    ["Note", block.querySelector(".caption")?.textContent?.trim() ?? ""],
    ["Made by", made],
    ["Guard", "Text that a spreadsheet would take for a formula begins with an apostrophe."],
  ];
}

function contents(table: HTMLTableElement): [string[], Cell[][]] {
  const head = [...table.tHead!.rows[0].cells].map((cell) => cell.dataset.name ?? cell.textContent ?? "");
  return [head, [...table.tBodies[0].rows].map((row) => [...row.cells].map(value))];
}

function limit(block: HTMLElement, table: HTMLTableElement, button: HTMLButtonElement): void {
  const rows = [...table.tBodies[0].rows];
  let open = false;
  const apply = () => {
    [...table.tBodies[0].rows].forEach((row, i) => { row.hidden = !open && i >= SHOWN; });
    button.textContent = open ? `Show the first ${SHOWN} rows` : `Show all ${rows.length.toLocaleString("en-GB")} rows`;
    button.setAttribute("aria-expanded", String(open));
  };
  button.hidden = rows.length <= SHOWN + 3;
  if (button.hidden) return;
  button.addEventListener("click", () => { open = !open; apply(); });
  block.addEventListener("sorted", apply);
  apply();
}

export function tables(root: ParentNode): void {
  for (const block of root.querySelectorAll<HTMLElement>("[data-table]")) {
    const table = block.querySelector("table")!;
    [...table.tHead!.rows[0].cells].forEach((head, column) => {
      head.querySelector(".sort")?.addEventListener("click", () => {
        sortBy(table, column, head);
        block.dispatchEvent(new Event("sorted"));
      });
    });
    const more = block.querySelector<HTMLButtonElement>("[data-more]");
    if (more) limit(block, table, more);
    const name = block.dataset.table!;
    block.querySelector("[data-save=csv]")?.addEventListener("click", () => save(csv(...contents(table)), `${name}.csv`));
    block.querySelector("[data-save=xlsx]")?.addEventListener("click", () => {
      const [head, rows] = contents(table);
      save(xlsx(head, rows, about(block)), `${name}.xlsx`);
    });
  }
}
