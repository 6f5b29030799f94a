// The interactive map: starts when it comes near the screen, and only where it can be drawn.
import { read } from "./map/data";
import { Atlas } from "./map/atlas";

function drawable(): boolean {
  if (typeof WebGL2RenderingContext === "undefined") return false;
  const context = document.createElement("canvas").getContext("webgl2");
  context?.getExtension("WEBGL_lose_context")?.loseContext();
  return context !== null;
}

function begin(): void {
  const figure = document.querySelector<HTMLElement>("[data-map]");
  if (!figure || !drawable()) return;
  let atlas: Atlas | null | undefined;
  const start = (): Atlas | null => {
    if (atlas !== undefined) return atlas;
    const data = read();
    try {
      atlas = data && data.nodes.length ? new Atlas(figure, data) : null;
    } catch (error) {
      atlas = null; // the still picture stays
      figure.classList.remove("live");
      figure.querySelectorAll(".map-controls, .map-body, .map-legend, #map-help").forEach((item) => item.remove());
      console.warn("The interactive map could not start:", error);
    }
    return atlas;
  };
  const watch = new IntersectionObserver((seen) => {
    if (!seen.some((item) => item.isIntersecting)) return;
    watch.disconnect();
    start();
  }, { rootMargin: "500px" });
  watch.observe(figure);
  document.addEventListener("click", (event) => {
    const link = (event.target as Element).closest?.("a[data-actor]");
    if (!link || !start()) return;
    event.preventDefault();
    atlas!.show(Number(link.getAttribute("data-actor")), true);
  });
}

begin();
