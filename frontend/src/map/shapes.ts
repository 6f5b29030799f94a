// Actors as shapes: one point each, its outline computed where it is painted.
import { NodeProgram, type ProgramInfo } from "sigma/rendering";
import type { NodeDisplayData, RenderParams } from "sigma/types";
import { floatColor } from "sigma/utils";

export const SHAPES = ["circle", "ring", "square", "diamond", "triangle", "wedge", "cross", "hexagon", "star"];

const VERTEX = /* glsl */ `
attribute vec2 a_position;
attribute float a_size;
attribute float a_shape;
attribute vec4 a_color;
attribute vec4 a_rim;
attribute vec4 a_id;
uniform mat3 u_matrix;
uniform float u_sizeRatio;
uniform float u_pixelRatio;
varying vec4 v_color;
varying vec4 v_rim;
varying float v_shape;
varying float v_pixel;
void main() {
  gl_Position = vec4((u_matrix * vec3(a_position, 1.0)).xy, 0.0, 1.0);
  float radius = a_size * u_pixelRatio / u_sizeRatio;
  gl_PointSize = radius * 3.2 + 4.0;
  v_pixel = 1.0 / max(radius, 0.5);
  v_shape = a_shape;
  v_rim = a_rim;
  #ifdef PICKING_MODE
  v_color = a_id;
  #else
  v_color = a_color;
  #endif
  v_color.a *= 255.0 / 254.0;
}`;

// Signed distance from the outline in units of the radius: below zero is inside.
const FRAGMENT = /* glsl */ `
precision highp float;
varying vec4 v_color;
varying vec4 v_rim;
varying float v_shape;
varying float v_pixel;

float polygon(vec2 p, float corners, float turn, float apothem) {
  float step = 6.2831853 / corners;
  float angle = atan(p.y, p.x) - turn;
  return cos(floor(0.5 + angle / step) * step - angle) * length(p) - apothem;
}

float star(vec2 p) {
  float step = 6.2831853 / 5.0;
  float angle = abs(mod(atan(p.y, p.x) + 1.5707963 + step / 2.0, step) - step / 2.0);
  vec2 q = vec2(cos(angle), sin(angle)) * length(p);
  vec2 tip = vec2(1.5, 0.0);
  vec2 notch = 0.675 * vec2(cos(step / 2.0), sin(step / 2.0));
  vec2 side = normalize(notch - tip);
  return dot(q - tip, vec2(side.y, -side.x));
}

float outline(vec2 p) {
  if (v_shape < 1.5) return length(p) - 1.0;
  if (v_shape < 2.5) return max(abs(p.x), abs(p.y)) - 0.885;
  if (v_shape < 3.5) return (abs(p.x) + abs(p.y) - 1.25) * 0.7071;
  if (v_shape < 4.5) return polygon(p, 3.0, 1.5707963, 0.7);
  if (v_shape < 5.5) return polygon(p, 3.0, -1.5707963, 0.7);
  if (v_shape < 6.5) return min(max(abs(p.x) - 1.1, abs(p.y) - 0.42), max(abs(p.y) - 1.1, abs(p.x) - 0.42));
  if (v_shape < 7.5) return polygon(p, 6.0, 0.5235988, 0.95);
  return star(p);
}

void main() {
  vec2 p = (gl_PointCoord * 2.0 - 1.0) * (1.6 + 2.0 * v_pixel);
  float d = outline(p);
  #ifdef PICKING_MODE
  if (d > v_pixel * 3.0) discard;
  gl_FragColor = v_color;
  #else
  float cover = 1.0 - smoothstep(v_pixel * 0.6, v_pixel * 1.8, d);
  float rim = smoothstep(-v_pixel * 1.2, v_pixel * 0.0, d);
  vec4 inner = v_color;
  if (v_shape > 0.5 && v_shape < 1.5) {
    rim = smoothstep(-0.42, -0.36, d);
    gl_FragColor = vec4(mix(v_rim.rgb, v_color.rgb, rim), 1.0) * cover;
  } else {
    gl_FragColor = vec4(mix(inner.rgb, v_rim.rgb, rim), 1.0) * cover;
  }
  #endif
}`;

const { FLOAT, UNSIGNED_BYTE, POINTS } = WebGLRenderingContext;
const UNIFORMS = ["u_matrix", "u_sizeRatio", "u_pixelRatio"] as const;

export class ShapeProgram extends NodeProgram<(typeof UNIFORMS)[number]> {
  getDefinition() {
    return {
      VERTICES: 1, VERTEX_SHADER_SOURCE: VERTEX, FRAGMENT_SHADER_SOURCE: FRAGMENT, METHOD: POINTS, UNIFORMS,
      ATTRIBUTES: [
        { name: "a_position", size: 2, type: FLOAT },
        { name: "a_size", size: 1, type: FLOAT },
        { name: "a_shape", size: 1, type: FLOAT },
        { name: "a_color", size: 4, type: UNSIGNED_BYTE, normalized: true },
        { name: "a_rim", size: 4, type: UNSIGNED_BYTE, normalized: true },
        { name: "a_id", size: 4, type: UNSIGNED_BYTE, normalized: true },
      ],
    };
  }

  processVisibleItem(index: number, at: number, data: NodeDisplayData & { shape?: number; rim?: string }) {
    const { array } = this;
    array[at++] = data.x;
    array[at++] = data.y;
    array[at++] = data.size;
    array[at++] = data.shape ?? 0;
    array[at++] = floatColor(data.color);
    array[at++] = floatColor(data.rim ?? "#ffffff");
    array[at] = index;
  }

  setUniforms(params: RenderParams, { gl, uniformLocations }: ProgramInfo) {
    gl.uniformMatrix3fv(uniformLocations.u_matrix, false, params.matrix);
    gl.uniform1f(uniformLocations.u_sizeRatio, params.sizeRatio);
    gl.uniform1f(uniformLocations.u_pixelRatio, params.pixelRatio);
  }
}
