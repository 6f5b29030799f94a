// What shapes, colours and sizes mean.
import { capital, el, svg } from "./dom";
import { communities, external, number, PER_SECTOR, sectors, type MapData, type State } from "./data";
import { named, type Theme } from "./theme";

export const PATHS: Record<string, string> = {
  circle: "M-5,0a5,5 0 1,0 10,0a5,5 0 1,0 -10,0Z",
  ring: "M-4.4,0a4.4,4.4 0 1,0 8.8,0a4.4,4.4 0 1,0 -8.8,0Z",
  square: "M-4.5,-4.5H4.5V4.5H-4.5Z",
  diamond: "M0,-6L6,0L0,6L-6,0Z",
  triangle: "M0,-6.5L5.8,4.2H-5.8Z",
  wedge: "M0,6.5L5.8,-4.2H-5.8Z",
  cross: "M-2,-5.5H2V-2H5.5V2H2V5.5H-2V2H-5.5V-2H-2Z",
  hexagon: "M0,-5.5L4.8,-2.8V2.8L0,5.5L-4.8,2.8V-2.8Z",
  star: "M0,-7L1.9,-2.6L6.7,-2.2L3,1L4.1,5.7L0,3.1L-4.1,5.7L-3,1L-6.7,-2.2L-1.9,-2.6Z",
};

function mark(shape: string, colour: string, size = 14): SVGElement {
  const ring = shape === "ring";
  return svg("svg", { width: String(size), height: String(size), viewBox: "-7 -7 14 14", "aria-hidden": "true" },
    svg("path", { d: PATHS[shape] ?? PATHS.circle, fill: ring ? "none" : colour, stroke: ring ? colour : "none", "stroke-width": "2" }));
}

function line(dashed: boolean, taper: boolean, colour: string): SVGElement {
  const shape = taper ? svg("path", { d: "M1,3.5L27,6.2V6.8L1,9.5Z", fill: colour })
    : svg("path", { d: "M1,6.5H27", stroke: colour, "stroke-width": "1.6", ...(dashed ? { "stroke-dasharray": "4 4" } : {}) });
  return svg("svg", { width: "28", height: "13", viewBox: "0 0 28 13", "aria-hidden": "true" }, shape);
}

function sizes(data: MapData, state: State, most: number, radius: (value: number) => number, colours: Theme): HTMLLIElement[] {
  if (!state.size || most <= 0) return [];
  const levels = [...new Set([most, most / 4].map((value) => Number(value.toPrecision(1))))].filter((value) => value > 0).reverse();
  const circles = levels.map((value) => {
    const r = radius(value);
    const d = Math.ceil(2 * r + 2);
    return el("li", {}, svg("svg", { width: String(d), height: String(d), viewBox: `${-d / 2} ${-d / 2} ${d} ${d}`, "aria-hidden": "true" },
      svg("circle", { r: r.toFixed(1), fill: "none", stroke: colours.edge })), number(value));
  });
  return [el("li", {}, `${data.measures[state.size]}:`), ...circles];
}

export function legend(data: MapData, state: State, most: number, radius: (value: number) => number, colours: Theme): Node[] {
  const kinds = [...new Set(data.nodes.map((actor) => actor.kind ?? "other"))]
    .sort((a, b) => Object.keys(data.styles).indexOf(a) - Object.keys(data.styles).indexOf(b));
  const shapes = el("ul", { "aria-label": "Kinds" });
  for (const kind of kinds) {
    const [shape, colour] = data.styles[kind] ?? data.styles.other;
    shapes.append(el("li", {}, mark(shape, state.colour === "kind" ? named(colours, colour) : colours.grey), capital(kind)));
  }
  const out: Node[] = [shapes];
  if (state.colour === "sector") {
    const list = el("ul", { "aria-label": "Sectors" });
    const all = sectors(data);
    all.slice(0, PER_SECTOR).forEach((name, i) => list.append(el("li", {}, mark("circle", colours.categories[i]), name)));
    if (all.length > PER_SECTOR) list.append(el("li", {}, mark("circle", colours.grey), `${all.length - PER_SECTOR} other sectors`));
    out.push(list);
  }
  if (state.colour === "community") {
    const list = el("ul", { "aria-label": "Groups" });
    const all = communities(data);
    all.slice(0, PER_SECTOR).forEach((_, i) => list.append(el("li", {}, mark("circle", colours.categories[i]), `Group ${i + 1}`)));
    if (all.length > PER_SECTOR) list.append(el("li", {}, mark("circle", colours.grey), `${all.length - PER_SECTOR} smaller groups`));
    out.push(list);
  }
  const rest = el("ul", { "aria-label": "Sizes and lines" }, ...sizes(data, state, most, radius, colours));
  const directed = data.relations.some((item) => item.directed && (!state.relation || item.relation === state.relation));
  if (directed) rest.append(el("li", {}, line(false, true, colours.muted), "thins towards the one named"));
  if (data.nodes.some(external)) rest.append(el("li", {}, line(true, false, colours.muted), "to outside the cluster"));
  if (communities(data).length) {
    rest.append(el("li", {}, svg("svg", { width: "22", height: "14", viewBox: "0 0 22 14", "aria-hidden": "true" },
      svg("rect", { width: "22", height: "14", rx: "7", fill: colours.hull, stroke: colours.line })), "a group with many ties inside"));
  }
  out.push(rest);
  return out;
}
