// Names that do not touch: the important ones first, each at the first free side of its actor.
import type Sigma from "sigma";
import type { Theme } from "./theme";

export interface Named { node: string; text: string; strong: boolean }

type Box = [number, number, number, number];

const LINE = 17;

export function shorten(text: string, letters: number): string {
  const clean = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "").trim();
  const all = [...clean];
  return all.length <= letters ? clean : all.slice(0, letters - 1).join("").trimEnd() + "\u2026";
}

function touch(a: Box, b: Box): boolean {
  return a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
}

export function labels(renderer: Sigma, wanted: Named[], colours: Theme): void {
  const context = renderer.getCanvases().names.getContext("2d")!;
  const { width, height } = renderer.getDimensions();
  context.clearRect(0, 0, width, height);
  context.textBaseline = "middle";
  context.lineJoin = "round";
  const taken: Box[] = [];
  const spots = wanted.map(({ node }) => {
    const shown = renderer.getNodeDisplayData(node);
    if (!shown) return null;
    const { x, y } = renderer.framedGraphToViewport(shown);
    const r = renderer.scaleSize(shown.size);
    if (x < 0 || y < 0 || x > width || y > height) return null;
    taken.push([x - r * 0.8, y - r * 0.8, x + r * 0.8, y + r * 0.8]);
    return { x, y, r };
  });
  wanted.forEach(({ text, strong }, i) => {
    const spot = spots[i];
    if (!spot) return;
    context.font = `${strong ? 650 : 400} 14px ${colours.font}`;
    const long = context.measureText(text).width;
    const away = spot.r + 5;
    const tries: [number, number][] = [
      [spot.x + away, spot.y], [spot.x - away - long, spot.y],
      [spot.x - long / 2, spot.y - away - LINE / 2], [spot.x - long / 2, spot.y + away + LINE / 2],
      [spot.x + away * 0.8, spot.y - LINE * 0.8], [spot.x + away * 0.8, spot.y + LINE * 0.8],
      [spot.x - away * 0.8 - long, spot.y - LINE * 0.8], [spot.x - away * 0.8 - long, spot.y + LINE * 0.8],
      ...[-1.7, 1.7, -2.6, 2.6].flatMap((lines): [number, number][] => [
        [spot.x + away, spot.y + lines * LINE], [spot.x - away - long, spot.y + lines * LINE]]),
    ];
    for (const [x, y] of tries) {
      const box: Box = [x - 2, y - LINE / 2, x + long + 2, y + LINE / 2];
      if (box[0] < 2 || box[2] > width - 2 || box[1] < 2 || box[3] > height - 2) continue;
      if (i > 0 && taken.some((other) => touch(box, other))) continue; // the first is always written
      taken.push(box);
      if (Math.abs(y - spot.y) > LINE * 1.5) { // a thin line leads back to the actor
        context.beginPath();
        context.moveTo(spot.x, spot.y);
        context.lineTo(x < spot.x ? x + long : x, y);
        context.lineWidth = 1;
        context.strokeStyle = colours.edge;
        context.stroke();
      }
      context.lineWidth = 4;
      context.strokeStyle = colours.paper;
      context.strokeText(text, x, y);
      context.fillStyle = strong ? colours.ink : colours.muted;
      context.fillText(text, x, y);
      return;
    }
  });
}
