import { guarded, type Cell } from "./formulas";
import { zip } from "./zip";

const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const RELS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACK = "http://schemas.openxmlformats.org/package/2006";
const TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml";

function escaped(text: string): string {
  return text
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "")
    .replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

function letters(column: number): string {
  return (column >= 26 ? letters(Math.floor(column / 26) - 1) : "") + String.fromCharCode(65 + (column % 26));
}

function cell(value: Cell, row: number, column: number, style: number): string {
  const at = `r="${letters(column)}${row}"` + (style ? ` s="${style}"` : "");
  if (value === null) return "";
  if (typeof value === "number" && Number.isFinite(value)) return `<c ${at}><v>${value}</v></c>`;
  if (typeof value === "boolean") return `<c ${at} t="b"><v>${value ? 1 : 0}</v></c>`;
  const text = escaped(String(guarded(String(value)))).slice(0, 32767);
  return `<c ${at} t="inlineStr"><is><t xml:space="preserve">${text}</t></is></c>`;
}

function sheet(rows: Cell[][], heading: boolean): string {
  const width = Math.max(1, ...rows.map((row) => row.length));
  const columns = Array.from({ length: width }, (_, j) => {
    const longest = rows.slice(0, 200).reduce((most, row) => Math.max(most, String(row[j] ?? "").length), 8);
    return `<col min="${j + 1}" max="${j + 1}" width="${Math.min(60, longest + 2)}" customWidth="1"/>`;
  }).join("");
  const view = heading ? '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>' : "";
  const body = rows.map((row, i) =>
    `<row r="${i + 1}">${row.map((value, j) => cell(value, i + 1, j, heading && i === 0 ? 1 : 0)).join("")}</row>`).join("");
  const filter = heading && rows.length > 1 ? `<autoFilter ref="A1:${letters(width - 1)}${rows.length}"/>` : "";
  return `${HEAD}<worksheet xmlns="${MAIN}"><sheetViews><sheetView workbookViewId="0">${view}</sheetView></sheetViews>` +
    `<cols>${columns}</cols><sheetData>${body}</sheetData>${filter}</worksheet>`;
}

const STYLES = `${HEAD}<styleSheet xmlns="${MAIN}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>` +
  `<font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill>` +
  `<fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders>` +
  `<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2"><xf xfId="0"/><xf xfId="0" fontId="1" applyFont="1"/></cellXfs>` +
  `<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`;

// A workbook of two sheets: the table, and what it is.
export function xlsx(head: string[], rows: Cell[][], about: [string, string][]): Blob {
  const sheets = ["Table", "About"];
  const override = (path: string, kind: string) => `<Override PartName="/xl/${path}.xml" ContentType="${TYPE}.${kind}+xml"/>`;
  const files: [string, string][] = [
    ["[Content_Types].xml", `${HEAD}<Types xmlns="${PACK}/content-types">` +
      `<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
      `<Default Extension="xml" ContentType="application/xml"/>${override("workbook", "sheet.main")}` +
      `${sheets.map((_, i) => override(`worksheets/sheet${i + 1}`, "worksheet")).join("")}${override("styles", "styles")}</Types>`],
    ["_rels/.rels", `${HEAD}<Relationships xmlns="${PACK}/relationships">` +
      `<Relationship Id="rId1" Type="${RELS}/officeDocument" Target="xl/workbook.xml"/></Relationships>`],
    ["xl/workbook.xml", `${HEAD}<workbook xmlns="${MAIN}" xmlns:r="${RELS}"><sheets>` +
      `${sheets.map((name, i) => `<sheet name="${name}" sheetId="${i + 1}" r:id="rId${i + 1}"/>`).join("")}</sheets></workbook>`],
    ["xl/_rels/workbook.xml.rels", `${HEAD}<Relationships xmlns="${PACK}/relationships">` +
      `${sheets.map((_, i) => `<Relationship Id="rId${i + 1}" Type="${RELS}/worksheet" Target="worksheets/sheet${i + 1}.xml"/>`).join("")}` +
      `<Relationship Id="rId${sheets.length + 1}" Type="${RELS}/styles" Target="styles.xml"/></Relationships>`],
    ["xl/styles.xml", STYLES],
    ["xl/worksheets/sheet1.xml", sheet([head, ...rows], true)],
    ["xl/worksheets/sheet2.xml", sheet(about, false)],
  ];
  return new Blob(zip(files) as BlobPart[], { type: `${TYPE}.sheet` });
}
