// What can be chosen above the map, and the search.
import { capital, el } from "./dom";
import { communities, number, sectors, thresholds, type ColourBy, type MapData, type State } from "./data";

type Change = (part: Partial<State>) => void;

function choice(label: string, options: [string, string][], now: string, set: (value: string) => void): HTMLLabelElement {
  const select = el("select");
  for (const [value, text] of options) select.append(el("option", { value, selected: value === now }, text));
  select.addEventListener("change", () => set(select.value));
  return el("label", {}, label, select);
}

function waves(data: MapData, state: State, change: Change): HTMLFieldSetElement {
  const row = el("span", { class: "choice" });
  for (const { wave, label } of data.waves) {
    const input = el("input", { type: "radio", name: "map-wave", value: wave, checked: wave === state.wave });
    input.addEventListener("change", () => change({ wave }));
    row.append(el("label", {}, input, el("span", {}, label)));
  }
  return el("fieldset", {}, el("legend", {}, "Wave"), row);
}

export function controls(data: MapData, state: State, change: Change, go: (actor: number) => void): HTMLElement {
  const out = el("div", { class: "map-controls" });
  const strength = el("span", { class: "group" });
  const refill = () => {
    const levels = thresholds(data, state);
    strength.replaceChildren(...(levels.length ? [choice("Tie strength",
      [["0", "any"], ...levels.map((level): [string, string] => [String(level), `${number(level)} or more`])],
      String(state.least), (value) => change({ least: Number(value) }))] : []));
  };
  out.append(search(data, go));
  if (data.relations.length > 1) {
    const options: [string, string][] = data.relations.map((item) => [item.relation, capital(item.relation)]);
    out.append(choice("Relation", [...options, ["", "All relations"]], state.relation, (relation) => {
      change({ relation, least: 0 });
      refill();
    }));
  }
  if (data.waves.length > 1) out.append(waves(data, state, change));
  const colours: [ColourBy, string][] = [["kind", "Kind"]];
  if (sectors(data).length) colours.push(["sector", "Sector"]);
  if (communities(data).length) colours.push(["community", "Group"]);
  if (colours.length > 1) out.append(choice("Colour", colours, state.colour, (value) => change({ colour: value as ColourBy })));
  const sizes: [string, string][] = Object.entries(data.measures);
  if (sizes.length) out.append(choice("Size", [...sizes, ["", "All equal"]], state.size, (size) => change({ size })));
  refill();
  out.append(strength);
  return out;
}

const FOUND = 60;

// A box to type in, with a list below: arrows choose, Enter opens, Escape closes.
function search(data: MapData, go: (actor: number) => void): HTMLElement {
  const list = el("ul", { role: "listbox", id: "map-found", "aria-label": "Actors found", hidden: true });
  const input = el("input", { type: "search", role: "combobox", "aria-expanded": "false", "aria-controls": "map-found",
    "aria-autocomplete": "list", autocomplete: "off", spellcheck: "false", placeholder: "Name of an actor" });
  const says = el("span", { class: "aside", role: "status" });
  const plain = (text: string) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const names = data.nodes.map((actor) => plain(`${actor.label} ${actor.id}`));
  let found: number[] = [];
  let at = -1;
  const close = () => {
    list.hidden = true;
    at = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const mark = (next: number) => {
    at = next;
    [...list.children].forEach((item, i) => item.setAttribute("aria-selected", String(i === at)));
    const active = list.children[at];
    if (!active) return;
    input.setAttribute("aria-activedescendant", active.id);
    active.scrollIntoView({ block: "nearest" });
  };
  const pick = (actor: number) => {
    input.value = data.nodes[actor].label.slice(0, 80);
    close();
    go(actor);
  };
  const open = () => {
    const asked = plain(input.value.trim());
    const hits = names.flatMap((name, i) => (name.includes(asked) ? [i] : []));
    hits.sort((a, b) => Number(!names[a].startsWith(asked)) - Number(!names[b].startsWith(asked)) || names[a].localeCompare(names[b]));
    found = hits.slice(0, FOUND);
    list.replaceChildren(...found.map((actor, i) => {
      const item = el("li", { role: "option", id: `map-found-${i}`, "aria-selected": "false" },
        el("bdi", {}, data.nodes[actor].label.slice(0, 120)), el("small", {}, data.nodes[actor].kind ?? ""));
      item.addEventListener("pointerdown", (event) => { event.preventDefault(); pick(actor); });
      return item;
    }));
    list.hidden = found.length === 0;
    at = -1;
    input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-expanded", String(found.length > 0));
    says.textContent = hits.length === 0 ? "No actor of that name" : `${hits.length} found`;
  };
  input.addEventListener("input", open);
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) open();
      if (found.length) mark((at + (event.key === "ArrowDown" ? 1 : at < 0 ? 0 : -1) + found.length) % found.length);
    } else if (event.key === "Enter" && !list.hidden && found.length) {
      event.preventDefault();
      pick(found[Math.max(0, at)]);
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      close();
    }
  });
  return el("div", { class: "map-search" }, el("label", {}, "Find", input), list, says);
}
