// What lies below the ties: the cluster's boundary and the soft hulls of its groups.
import type Sigma from "sigma";
import { communities, external, type MapData } from "./data";
import type { Theme } from "./theme";

type Point = [number, number];

const CIRCLE = Array.from({ length: 24 }, (_, i): Point => [Math.cos((i * Math.PI) / 12), Math.sin((i * Math.PI) / 12)]);

function hull(points: Point[]): Point[] {
  const sorted = [...points].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const half = (list: Point[]): Point[] => {
    const out: Point[] = [];
    for (const p of list) {
      while (out.length > 1) {
        const [a, b] = out.slice(-2);
        if ((b[0] - a[0]) * (p[1] - b[1]) - (b[1] - a[1]) * (p[0] - b[0]) > 0) break;
        out.pop();
      }
      out.push(p);
    }
    return out.slice(0, -1);
  };
  return [...half(sorted), ...half(sorted.reverse())];
}

// The members of each group without those that lie far off; their hull is drawn around them.
export function outlines(data: MapData): { community: number; points: Point[] }[] {
  return communities(data).flatMap((community) => {
    const mine = data.nodes.filter((actor) => actor.community === community && !external(actor));
    const middle = (values: number[]) => [...values].sort((a, b) => a - b)[values.length >> 1];
    if (mine.length < 3) return [];
    const [cx, cy] = [middle(mine.map((a) => a.x)), middle(mine.map((a) => a.y))];
    const far = 2.2 * middle(mine.map((a) => Math.hypot(a.x - cx, a.y - cy)));
    const near = mine.filter((a) => Math.hypot(a.x - cx, a.y - cy) <= far).map((a): Point => [a.x, a.y]);
    return near.length >= 3 ? [{ community, points: hull(near) }] : [];
  });
}

export function backdrop(renderer: Sigma, data: MapData, shapes: ReturnType<typeof outlines>, colours: Theme,
                         tint: (community: number) => string): void {
  const canvas = renderer.getCanvases().backdrop;
  const context = canvas.getContext("2d")!;
  const { width, height } = renderer.getDimensions();
  context.clearRect(0, 0, width, height);
  const at = (x: number, y: number) => renderer.graphToViewport({ x, y: -y });
  for (const { community, points } of shapes) {
    const grow = 17 / Math.sqrt(renderer.getCamera().ratio);
    const spots = points.flatMap(([x, y]): Point[] => {
      const spot = at(x, y);
      return CIRCLE.map(([dx, dy]) => [spot.x + dx * grow, spot.y + dy * grow]);
    });
    context.beginPath();
    hull(spots).forEach(([x, y], i) => (i ? context.lineTo(x, y) : context.moveTo(x, y)));
    context.closePath();
    context.globalAlpha = 0.6;
    context.fillStyle = tint(community);
    context.fill();
    context.globalAlpha = 1;
    context.lineWidth = 1;
    context.strokeStyle = colours.rim;
    context.stroke();
  }
  if (!data.boundary || !data.nodes.some(external)) return;
  const [x, y, r] = data.boundary;
  const centre = at(x, y);
  const rim = at(x + r, y);
  context.beginPath();
  context.arc(centre.x, centre.y, Math.hypot(rim.x - centre.x, rim.y - centre.y), 0, 2 * Math.PI);
  context.setLineDash([1, 5]);
  context.lineCap = "round";
  context.lineWidth = 1.2;
  context.strokeStyle = colours.edge;
  context.stroke();
  context.setLineDash([]);
}
