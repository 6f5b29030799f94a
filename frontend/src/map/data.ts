// What the page hands to the map, see src/interfirm/report/map.py.
export type Fact = string | number | boolean | null;

export interface Actor {
  id: string;
  label: string;
  kind: string | null;
  sector: string | null;
  position: string;
  community: number | null;
  x: number;
  y: number;
  measures: Record<string, Record<string, number | null>>;
  waves: string[];
  facts: Record<string, Fact>;
}

export interface Ties { relation: string; wave: string; s: number[]; t: number[]; w: number[] }
export interface Relation { relation: string; layer: string; directed: boolean }

export interface MapData {
  nodes: Actor[];
  ties: Ties[];
  relations: Relation[];
  waves: { wave: string; label: string }[];
  labelled: number[];
  boundary: [number, number, number] | null;
  start: { relation: string; wave: string };
  styles: Record<string, [string, string]>;
  measures: Record<string, string>;
  explained: string[];
  weighted: boolean; // a tie stands for many: draw it as wide
  groups: MapData | null; // the whole of a network too large to draw actor by actor
}

export type ColourBy = "kind" | "sector" | "community";

export interface State {
  relation: string; // "" for all of them
  wave: string;
  least: number;
  colour: ColourBy;
  size: string; // a measure, or "" for equal sizes
  selected: number | null;
  focused: number | null;
}

export interface Tie { from: number; to: number; relation: string; weight: number; directed: boolean }

export const PER_SECTOR = 7;

export function read(): MapData | null {
  const holder = document.getElementById("map-data");
  return holder ? (JSON.parse(holder.textContent ?? "null") as MapData) : null;
}

export function external(actor: Actor): boolean {
  return actor.position === "external";
}

export function there(actor: Actor, wave: string): boolean {
  return actor.waves.length === 0 || actor.waves.includes(wave);
}

// The ties that the state shows.
export function ties(data: MapData, state: State): Tie[] {
  const out: Tie[] = [];
  const directed = new Map(data.relations.map((item) => [item.relation, item.directed]));
  for (const group of data.ties) {
    if (group.wave !== state.wave || (state.relation && group.relation !== state.relation)) continue;
    group.s.forEach((from, i) => {
      if (group.w[i] >= state.least) {
        out.push({ from, to: group.t[i], relation: group.relation, weight: group.w[i], directed: directed.get(group.relation) ?? false });
      }
    });
  }
  return out;
}

export function neighbours(all: Tie[], actor: number): Set<number> {
  const out = new Set<number>();
  for (const tie of all) {
    if (tie.from === actor) out.add(tie.to);
    if (tie.to === actor) out.add(tie.from);
  }
  return out;
}

export function measure(data: MapData, actor: Actor, key: string, wave: string): number | null {
  const known = actor.measures[wave];
  if (known && key in known) return known[key];
  return key in data.measures ? null : null;
}

// Sectors from the most to the least frequent, those with a colour of their own first.
export function sectors(data: MapData): string[] {
  const count = new Map<string, number>();
  for (const actor of data.nodes) if (actor.sector) count.set(actor.sector, (count.get(actor.sector) ?? 0) + 1);
  return [...count].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0])).map(([name]) => name);
}

export function communities(data: MapData): number[] {
  const count = new Map<number, number>();
  for (const actor of data.nodes) {
    if (actor.community !== null) count.set(actor.community, (count.get(actor.community) ?? 0) + 1);
  }
  return [...count].filter(([, size]) => size > 1).sort((a, b) => b[1] - a[1] || a[0] - b[0]).map(([name]) => name);
}

// Thresholds that tell the weights of the shown ties apart: at most five.
export function thresholds(data: MapData, state: State): number[] {
  const seen = [...new Set(ties(data, { ...state, least: 0 }).map((tie) => tie.weight))].sort((a, b) => a - b);
  if (seen.length <= 6) return seen.slice(1);
  return [...new Set([0.25, 0.5, 0.75, 0.9, 0.97].map((share) => seen[Math.floor(share * seen.length)]))];
}

// Three significant digits, as everywhere in the report.
export function number(value: number): string {
  if (Number.isInteger(value)) return value.toLocaleString("en-GB");
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString("en-GB");
  return String(Number(value.toPrecision(3)));
}

export function fact(value: Fact, name: string): string {
  if (value === null) return "–";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "string") return value;
  if (/share/i.test(name) && value >= 0 && value <= 1) return `${Math.round(100 * value)}\u00a0%`;
  return /founded|year/i.test(name) ? String(value) : number(value);
}
