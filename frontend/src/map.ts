// The interactive map: starts when the text stands, and only where it can be drawn.
import { Atlas } from "./map/atlas";
import { read, type MapData } from "./map/data";
import { el } from "./map/dom";

function drawable(): boolean {
  if (typeof WebGL2RenderingContext === "undefined") return false;
  const context = document.createElement("canvas").getContext("webgl2");
  context?.getExtension("WEBGL_lose_context")?.loseContext();
  return context !== null;
}

// A large network opens with its groups; the most connected actors are one choice away.
function views(figure: HTMLElement, data: MapData, use: (atlas: Atlas) => void): () => void {
  let now = new Atlas(figure, data.groups ?? data);
  use(now);
  if (!data.groups) return () => undefined;
  const row = el("span", { class: "choice" });
  const pick = (whole: boolean) => {
    now.end();
    now = new Atlas(figure, whole ? data.groups! : data);
    use(now);
  };
  const inputs = [true, false].map((whole) => {
    const input = el("input", { type: "radio", name: "map-view", checked: whole });
    input.addEventListener("change", () => pick(whole));
    row.append(el("label", {}, input, el("span", {}, whole ? "All, by group" : `The ${data.nodes.length} most connected`)));
    return input;
  });
  const box = el("div", { class: "map-controls map-view" }, el("fieldset", {}, el("legend", {}, "Show"), row));
  figure.querySelector(".map-controls")!.before(box);
  return () => { if (!inputs[1].checked) { inputs[1].checked = true; pick(false); } };
}

function begin(): void {
  const figure = document.querySelector<HTMLElement>("[data-map]");
  if (!figure || !drawable()) return;
  let atlas: Atlas | null | undefined;
  let actors = () => undefined as void;
  const start = (): Atlas | null => {
    if (atlas !== undefined) return atlas;
    const data = read();
    try {
      atlas = null;
      if (data?.nodes.length) actors = views(figure, data, (made) => { atlas = made; });
    } catch (error) {
      atlas = null; // the still picture stays
      figure.classList.remove("live");
      figure.querySelectorAll(".map-controls, .map-body, .map-legend, #map-help").forEach((item) => item.remove());
      console.warn("The interactive map could not start:", error);
    }
    return atlas;
  };
  const later = window.requestIdleCallback ?? ((act: () => void) => setTimeout(act, 50));
  later(() => start(), { timeout: 800 }); // when the text stands; early, so that nothing moves under the reader
  document.addEventListener("click", (event) => {
    const link = (event.target as Element).closest?.("a[data-actor]");
    if (!link || !start()) return;
    event.preventDefault();
    actors();
    atlas!.show(Number(link.getAttribute("data-actor")), true);
  });
}

begin();
