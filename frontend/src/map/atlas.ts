// The map itself: one graph, one state, and what is painted from them.
import Graph from "graphology";
import Sigma from "sigma";
import { backdrop, outlines } from "./backdrop";
import { card } from "./card";
import { controls } from "./controls";
import {
  communities, external, measure, neighbours, PER_SECTOR, sectors, there, ties, type MapData, type State, type Tie,
} from "./data";
import { el } from "./dom";
import { labels, shorten, type Named } from "./labels";
import { legend } from "./legend";
import { LineProgram } from "./lines";
import { SHAPES, ShapeProgram } from "./shapes";
import { mix, named, theme, thin, type Theme } from "./theme";

const HELP = "Arrow keys go from actor to actor, Enter opens the card, plus and minus zoom, zero shows all, Escape goes back.";

export class Atlas {
  private readonly state: State;
  private readonly graph = new Graph({ multi: true, type: "directed" });
  private readonly stage = el("div", { class: "map-stage", tabindex: "0", role: "application", "aria-describedby": "map-help" });
  private readonly panel = el("aside", { class: "map-card", "aria-label": "Actor", tabindex: "-1" });
  private readonly key = el("div", { class: "map-legend" });
  private readonly help = el("p", { class: "caption", id: "map-help" }, `${HELP} Hold Ctrl to zoom with the wheel.`);
  private bar: HTMLElement = el("div");
  private readonly says = el("p", { class: "aside", role: "status" });
  private readonly shapes: ReturnType<typeof outlines>;
  private readonly renderer: Sigma;
  private colours: Theme = theme();
  private shown: Tie[] = [];
  private near: Set<number> | null = null;
  private most = 1;
  private heaviest = 1;
  private readonly sectorOrder: string[];
  private readonly groupOrder: number[];

  constructor(private readonly figure: HTMLElement, private readonly data: MapData) {
    this.state = {
      ...data.start, least: 0, colour: "kind", size: Object.keys(data.measures)[0] ?? "",
      selected: null, focused: null,
    };
    this.sectorOrder = sectors(data).slice(0, PER_SECTOR);
    this.groupOrder = communities(data).slice(0, PER_SECTOR);
    this.shapes = outlines(data);
    this.build();
    data.nodes.forEach((actor, i) => this.graph.addNode(i, { x: actor.x, y: -actor.y }));
    this.renderer = this.paint();
    this.listen();
    this.fill();
  }

  // Take everything away again.
  end(): void {
    this.renderer.kill();
    [this.bar, this.stage.parentElement!, this.key, this.help, this.says].forEach((item) => item.remove());
  }

  // ---- the page's elements --------------------------------------------------------------

  private build(): void {
    const title = this.figure.querySelector("h3")?.textContent ?? "";
    this.stage.setAttribute("aria-label", `Map: ${title}`);
    this.bar = controls(this.data, this.state, (part) => this.change(part), (actor) => this.show(actor, true));
    const body = el("div", { class: "map-body" }, this.stage, this.panel);
    const still = this.figure.querySelector(".map-static")!;
    still.before(this.bar, body, this.key, this.help, this.says);
    this.figure.classList.add("live");
  }

  private paint(): Sigma {
    const xs = this.data.nodes.map((a) => a.x);
    const ys = this.data.nodes.map((a) => -a.y);
    const renderer = new Sigma(this.graph, this.stage, {
      nodeProgramClasses: { shape: ShapeProgram }, defaultNodeType: "shape",
      edgeProgramClasses: { line: LineProgram }, defaultEdgeType: "line",
      nodeReducer: (node) => this.node(Number(node)),
      edgeReducer: (_, data) => this.edge(data as { tie: Tie }),
      renderLabels: false, zIndex: true, allowInvalidContainer: true, stagePadding: 40, minCameraRatio: 0.05, maxCameraRatio: 1.6,
      defaultDrawNodeHover: () => undefined, doubleClickZoomingRatio: 1, inertiaDuration: 0,
      zoomDuration: this.still() ? 0 : 150,
    });
    if (this.data.boundary && this.data.nodes.some(external)) {
      const [x, y, r] = this.data.boundary;
      xs.push(x - r, x + r);
      ys.push(-y - r, -y + r);
    }
    renderer.setCustomBBox({ x: [Math.min(...xs), Math.max(...xs)], y: [Math.min(...ys), Math.max(...ys)] });
    this.layers(renderer);
    renderer.on("afterRender", () => this.decorate());
    return renderer;
  }

  // Two canvases of our own: hulls below the ties, names above the actors.
  private layers(renderer: Sigma): void {
    const own = [renderer.createCanvas("backdrop", { beforeLayer: "edges" }), renderer.createCanvas("names", { afterLayer: "nodes" })];
    const size = () => {
      const ratio = window.devicePixelRatio || 1;
      const { width, height } = renderer.getDimensions();
      for (const canvas of own) {
        canvas.width = width * ratio;
        canvas.height = height * ratio;
        canvas.style.width = `${width}px`;
        canvas.style.height = `${height}px`;
        canvas.style.pointerEvents = "none";
        canvas.getContext("2d")!.scale(ratio, ratio);
      }
    };
    size();
    renderer.on("resize", size);
  }

  private decorate(): void {
    const strong = this.state.colour === "community";
    backdrop(this.renderer, this.data, this.shapes, this.colours, (community) => {
      const i = this.groupOrder.indexOf(community);
      return strong && i >= 0 ? mix(this.colours.paper, this.colours.categories[i], 0.16) : this.colours.hull;
    });
    labels(this.renderer, this.wanted(), this.colours);
  }

  private still(): boolean {
    return matchMedia("(prefers-reduced-motion: reduce)").matches;
  }

  // ---- what each actor and tie looks like -----------------------------------------------

  private centre(): number | null {
    return this.state.focused ?? this.state.selected;
  }

  private radius(value: number): number {
    if (this.data.weighted) return 4 + 22 * Math.sqrt(Math.max(0, value) / this.most);
    const crowd = this.data.nodes.length <= 300 ? 1 : Math.max(0.4, Math.sqrt(300 / this.data.nodes.length));
    return Math.min(1, 0.35 + this.stage.clientWidth / 800) * crowd * (3.4 + 9 * Math.sqrt(Math.max(0, value) / this.most));
  }

  private colour(i: number): string {
    const actor = this.data.nodes[i];
    const { colours } = this;
    if (this.state.colour === "sector") return colours.categories[this.sectorOrder.indexOf(actor.sector ?? "")] ?? colours.grey;
    if (this.state.colour === "community") return colours.categories[this.groupOrder.indexOf(actor.community ?? -1)] ?? colours.grey;
    return named(colours, (this.data.styles[actor.kind ?? "other"] ?? this.data.styles.other)[1]);
  }

  private node(i: number) {
    const actor = this.data.nodes[i];
    const { colours, state } = this;
    const value = state.size ? measure(this.data, actor, state.size, state.wave) : null;
    const here = there(actor, state.wave);
    const centre = this.centre();
    const faded = !here || (centre !== null && centre !== i && !this.near?.has(i));
    const plain = this.colour(i);
    const picked = i === state.selected || i === state.focused;
    return {
      x: actor.x, y: -actor.y,
      size: state.size ? this.radius(value ?? 0) : this.radius(this.most * 0.12),
      shape: SHAPES.indexOf((this.data.styles[actor.kind ?? "other"] ?? this.data.styles.other)[0]),
      color: faded ? mix(colours.paper, plain, here ? 0.28 : 0.18) : plain,
      rim: picked ? colours.ink : this.data.nodes.length > 1500 && !faded ? plain : colours.paper,
      zIndex: picked ? 3 : faded ? 0 : 1,
      highlighted: false,
    };
  }

  private edge({ tie }: { tie: Tie }) {
    const centre = this.centre();
    const mine = centre !== null && (tie.from === centre || tie.to === centre);
    const { colours } = this;
    const dash = external(this.data.nodes[tie.from]) || external(this.data.nodes[tie.to]);
    const wide = this.data.weighted ? 0.5 + 4.5 * Math.sqrt(tie.weight / this.heaviest) : 0;
    return {
      size: wide || (mine ? 2.4 : this.shown.length > 2000 ? 0.8 : 1.3) * (tie.directed ? 1.25 : 1),
      color: mine ? colours.accent : centre !== null ? mix(colours.paper, colours.tie, 0.35)
        : thin(colours.tie, this.shown.length > 2000 ? 0.4 : 1),
      taper: tie.directed, dash, zIndex: mine ? 1 : 0,
    };
  }

  // The names to write, the most important first.
  private wanted(): Named[] {
    const { data, state } = this;
    const centre = this.centre();
    const out = new Map<number, Named>();
    const add = (i: number, strong: boolean) => {
      if (!out.has(i) && there(data.nodes[i], state.wave)) out.set(i, { node: String(i), text: shorten(data.nodes[i].label, 28), strong });
    };
    if (centre !== null) {
      add(centre, true);
      if (state.selected !== null) add(state.selected, true);
      [...(this.near ?? [])].sort((a, b) => this.weight(b) - this.weight(a)).slice(0, 40).forEach((i) => add(i, false));
      return [...out.values()];
    }
    data.labelled.forEach((i) => add(i, true));
    const ratio = this.renderer.getCamera().ratio;
    if (ratio < 0.75) {
      const room = Math.min(data.nodes.length, Math.round(40 / ratio));
      this.order().slice(0, room).forEach((i) => add(i, false));
    }
    return [...out.values()];
  }

  private weight(i: number): number {
    return this.state.size ? measure(this.data, this.data.nodes[i], this.state.size, this.state.wave) ?? 0 : 0;
  }

  private order(): number[] {
    return this.data.nodes.map((_, i) => i).sort((a, b) => this.weight(b) - this.weight(a));
  }

  // ---- changes --------------------------------------------------------------------------

  private change(part: Partial<State>): void {
    Object.assign(this.state, part);
    this.fill();
  }

  // Ties anew, then everything that follows from them.
  private fill(): void {
    const values = this.data.nodes.flatMap((actor) => this.data.waves.map(({ wave }) =>
      (this.state.size ? measure(this.data, actor, this.state.size, wave) ?? 0 : 0)));
    this.most = Math.max(1e-9, ...values.slice(0, 1), values.reduce((a, b) => Math.max(a, b), 0));
    this.shown = ties(this.data, this.state);
    this.heaviest = this.shown.reduce((most, tie) => Math.max(most, tie.weight), 1e-9);
    this.graph.clearEdges();
    this.shown.forEach((tie, i) => this.graph.addEdgeWithKey(String(i), tie.from, tie.to, { tie }));
    this.follow();
    this.key.replaceChildren(...legend(this.data, this.state, this.most, (value) => this.radius(value), this.colours));
    this.panel.replaceChildren(...card(this.data, this.state, this.shown, (actor) => this.show(actor, true), () => this.back()));
  }

  private follow(): void {
    const centre = this.centre();
    this.near = centre === null ? null : neighbours(this.shown, centre);
    this.renderer.refresh({ skipIndexation: false });
  }

  // Select an actor, or with null none; `go` brings the map into view.
  show(actor: number | null, go = false): void {
    this.state.selected = actor;
    this.state.focused = null;
    this.follow();
    this.panel.replaceChildren(...card(this.data, this.state, this.shown, (i) => this.show(i, true), () => this.back()));
    if (actor === null) return;
    this.announce(actor);
    if (!go) return;
    const box = this.stage.getBoundingClientRect();
    if (box.top < 0 || box.bottom > innerHeight) this.stage.scrollIntoView({ block: "center", behavior: this.still() ? "auto" : "smooth" });
    this.stage.focus({ preventScroll: true });
  }

  private back(): void {
    this.show(null);
    this.says.textContent = "No actor chosen";
    this.stage.focus({ preventScroll: true });
  }

  private announce(i: number): void {
    const actor = this.data.nodes[i];
    const partners = neighbours(this.shown, i).size;
    this.says.textContent = `${actor.label.slice(0, 120)}, ${actor.kind ?? "kind not known"}, ${partners} partner${partners === 1 ? "" : "s"} in this view`;
  }

  // ---- mouse and keys -------------------------------------------------------------------

  private listen(): void {
    const { renderer, stage } = this;
    renderer.on("enterNode", ({ node }) => { this.state.focused = Number(node); stage.style.cursor = "pointer"; this.follow(); });
    renderer.on("leaveNode", () => { this.state.focused = null; stage.style.cursor = ""; this.follow(); });
    renderer.on("clickNode", ({ node }) => this.show(Number(node)));
    renderer.on("clickStage", () => this.show(null));
    stage.addEventListener("keydown", (event) => this.press(event));
    stage.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !event.metaKey) event.stopPropagation(); // the page scrolls
    }, { capture: true, passive: true });
    renderer.getTouchCaptor().enabled = false; // a finger scrolls the page; buttons zoom
    const button = (label: string, sign: string, act: () => void) => {
      const out = el("button", { type: "button", class: "plain", "aria-label": label }, sign);
      out.addEventListener("click", act);
      return out;
    };
    stage.append(el("div", { class: "map-zoom" }, button("Zoom in", "+", () => this.zoom(1 / 1.5)),
      button("Zoom out", "\u2212", () => this.zoom(1.5)), button("Show all", "All", () => this.whole())));
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      this.colours = theme();
      this.fill();
    });
  }

  private zoom(factor: number): void {
    const camera = this.renderer.getCamera();
    const ratio = Math.min(1.6, Math.max(0.05, camera.ratio * factor));
    void camera.animate({ ratio }, { duration: this.still() ? 0 : 150 });
  }

  private whole(): void {
    void this.renderer.getCamera().animate({ x: 0.5, y: 0.5, ratio: 1, angle: 0 }, { duration: this.still() ? 0 : 150 });
  }

  private press(event: KeyboardEvent): void {
    if (event.target !== this.stage || event.ctrlKey || event.metaKey || event.altKey) return;
    const ways: Record<string, [number, number]> = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    if (event.key in ways) this.step(...ways[event.key]);
    else if ((event.key === "Enter" || event.key === " ") && this.state.focused !== null) this.show(this.state.focused);
    else if (event.key === "Escape") this.show(null);
    else if (event.key === "+" || event.key === "=") this.zoom(1 / 1.5);
    else if (event.key === "-") this.zoom(1.5);
    else if (event.key === "0") this.whole();
    else return;
    event.preventDefault();
  }

  // The nearest actor in a direction, sideways distance counting double.
  private step(dx: number, dy: number): void {
    const now = this.centre();
    const shown = (i: number) => there(this.data.nodes[i], this.state.wave);
    let best = now === null ? this.data.labelled.find(shown) ?? this.order().find(shown) ?? 0 : now;
    if (now !== null) {
      let least = Infinity;
      const here = this.data.nodes[now];
      this.data.nodes.forEach((actor, i) => {
        const along = (actor.x - here.x) * dx + (actor.y - here.y) * dy;
        const across = Math.abs((actor.x - here.x) * dy) + Math.abs((actor.y - here.y) * dx);
        if (i === now || along <= 1e-6 || !shown(i)) return;
        const far = along + 2 * across;
        if (far < least) { least = far; best = i; }
      });
    }
    this.state.focused = best;
    this.follow();
    this.announce(best);
    this.visible(best);
  }

  private visible(i: number): void {
    const shown = this.renderer.getNodeDisplayData(String(i));
    if (!shown) return;
    const { x, y } = this.renderer.framedGraphToViewport(shown);
    const { width, height } = this.renderer.getDimensions();
    if (x > 20 && y > 20 && x < width - 20 && y < height - 20) return;
    void this.renderer.getCamera().animate({ x: shown.x, y: shown.y }, { duration: this.still() ? 0 : 150 });
  }
}
