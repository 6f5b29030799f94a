// The card of one actor: what it is, its numbers, its partners as links.
import { capital, el } from "./dom";
import { external, fact, measure, number, there, type Actor, type MapData, type State, type Tie } from "./data";

type Go = (actor: number) => void;

function link(data: MapData, actor: number, go: Go, note = ""): HTMLLIElement {
  const button = el("button", { type: "button" }, el("bdi", {}, data.nodes[actor].label));
  button.addEventListener("click", () => go(actor));
  return el("li", {}, button, note ? el("small", {}, note) : null);
}

function what(data: MapData, key: string): HTMLButtonElement | null {
  if (!data.explained.includes(key)) return null;
  return el("button", { type: "button", class: "what mark", popovertarget: `what-${key.toLowerCase().replace(/[^0-9a-z_]+/g, "-")}`,
    "aria-label": `What is ${data.measures[key]}?` });
}

function numbers(data: MapData, actor: Actor, wave: string): HTMLDListElement {
  const out = el("dl");
  for (const [key, title] of Object.entries(data.measures)) {
    const value = measure(data, actor, key, wave);
    out.append(el("dt", {}, title, " ", what(data, key)), el("dd", {}, value === null ? "–" : number(value)));
  }
  for (const [name, value] of Object.entries(actor.facts ?? {})) out.append(el("dt", {}, name), el("dd", {}, fact(value, name)));
  return out;
}

// Partners by relation and direction, the strongest tie first.
function partners(data: MapData, actor: number, all: Tie[], go: Go): Node[] {
  const groups = new Map<string, Map<number, number>>();
  const add = (title: string, other: number, weight: number) => {
    if (!groups.has(title)) groups.set(title, new Map());
    groups.get(title)!.set(other, Math.max(weight, groups.get(title)!.get(other) ?? 0));
  };
  for (const tie of all) {
    if (tie.from !== actor && tie.to !== actor) continue;
    const other = tie.from === actor ? tie.to : tie.from;
    const way = tie.directed ? (tie.from === actor ? ": names" : ": named by") : "";
    add(capital(tie.relation) + way, other, tie.weight);
  }
  return [...groups].sort((a, b) => a[0].localeCompare(b[0])).flatMap(([title, found]) => {
    const list = el("ul");
    const differ = new Set(found.values()).size > 1;
    for (const [other, weight] of [...found].sort((a, b) => b[1] - a[1] || data.nodes[a[0]].label.localeCompare(data.nodes[b[0]].label))) {
      list.append(link(data, other, go, differ ? number(weight) : ""));
    }
    return [el("h5", {}, `${title} (${found.size})`), list];
  });
}

export function card(data: MapData, state: State, all: Tie[], go: Go, close: () => void): Node[] {
  if (state.selected === null) {
    const list = el("ul");
    for (const actor of data.labelled) list.append(link(data, actor, go, data.nodes[actor].kind ?? ""));
    const [title, first] = data.weighted ? ["Choose a group", "the largest"] : ["Choose an actor", "those that matter most here"];
    return [el("h4", {}, title), el("p", { class: "sort-of" }, `Click one on the map, search for a name, or start with ${first}:`), list];
  }
  const actor = data.nodes[state.selected];
  const back = el("button", { type: "button", class: "plain" }, "Close");
  back.addEventListener("click", close);
  const about = [actor.kind, actor.sector, external(actor) ? "outside the cluster" : null].filter(Boolean).join(" · ");
  const ties = partners(data, state.selected, all, go);
  const label = data.waves.find((item) => item.wave === state.wave)?.label ?? state.wave;
  return [
    el("h4", {}, el("bdi", {}, actor.label)),
    el("p", { class: "sort-of" }, capital(about)),
    there(actor, state.wave) ? null : el("p", {}, `Not there in ${label}.`),
    numbers(data, actor, state.wave),
    ...(ties.length ? ties : [el("p", { class: "sort-of" }, "No tie in this view.")]),
    el("p", {}, back),
  ].filter((item): item is HTMLElement => item !== null);
}
