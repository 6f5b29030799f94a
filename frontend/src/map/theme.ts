// The colours of the page as the canvas needs them: read from the style sheet, mixed here.
export interface Theme {
  paper: string; ink: string; muted: string; edge: string; grey: string; line: string; hull: string; rim: string; tie: string;
  accent: string; categories: string[]; font: string;
}

export function theme(): Theme {
  const style = getComputedStyle(document.documentElement);
  const get = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    paper: get("paper"), ink: get("ink"), muted: get("muted"), edge: get("edge"), grey: get("grey"),
    line: get("grey-line"), hull: get("hull"), rim: get("rule"), tie: get("tie"), accent: get("accent"),
    categories: Array.from({ length: 8 }, (_, i) => get(`cat-${i + 1}`)),
    font: getComputedStyle(document.body).fontFamily,
  };
}

function parts(hex: string): number[] {
  const full = hex.length === 4 ? [...hex.slice(1)].map((c) => c + c).join("") : hex.slice(1);
  return [0, 2, 4].map((i) => parseInt(full.slice(i, i + 2), 16));
}

export function mix(a: string, b: string, share: number): string {
  const [x, y] = [parts(a), parts(b)];
  return "#" + x.map((v, i) => Math.round(v * (1 - share) + y[i] * share).toString(16).padStart(2, "0")).join("");
}

export function named(colours: Theme, name: string): string {
  return name.startsWith("cat-") ? colours.categories[Number(name.slice(4)) - 1] : colours.grey;
}

export function thin(hex: string, share: number): string {
  return `rgba(${parts(hex).join(",")},${share})`;
}
