// Ties as thin bands that taper towards the receiver; dashed where one end is outside the cluster.
import { EdgeProgram, type ProgramInfo } from "sigma/rendering";
import type { EdgeDisplayData, NodeDisplayData, RenderParams } from "sigma/types";
import { floatColor } from "sigma/utils";

const VERTEX = /* glsl */ `
attribute vec2 a_start;
attribute vec2 a_end;
attribute float a_width;
attribute float a_taper;
attribute float a_dash;
attribute vec4 a_color;
attribute vec4 a_id;
attribute vec2 a_corner;
uniform mat3 u_matrix;
uniform vec2 u_view;
uniform float u_pixelRatio;
varying vec4 v_color;
varying float v_along;
varying float v_side;
varying float v_half;
varying float v_dash;
void main() {
  vec2 a = (u_matrix * vec3(a_start, 1.0)).xy * u_view * 0.5;
  vec2 b = (u_matrix * vec3(a_end, 1.0)).xy * u_view * 0.5;
  vec2 way = b - a;
  float far = max(length(way), 0.001);
  vec2 normal = vec2(-way.y, way.x) / far;
  float thick = a_width * u_pixelRatio * mix(1.0, mix(1.0, 0.3, a_taper), a_corner.x);
  v_half = thick * 0.5;
  v_side = a_corner.y * (v_half + 1.0);
  v_along = a_corner.x * far / u_pixelRatio;
  v_dash = a_dash;
  gl_Position = vec4((mix(a, b, a_corner.x) + normal * v_side) * 2.0 / u_view, 0.0, 1.0);
  #ifdef PICKING_MODE
  v_color = a_id;
  #else
  v_color = a_color;
  #endif
  v_color.a *= 255.0 / 254.0;
}`;

const FRAGMENT = /* glsl */ `
precision highp float;
varying vec4 v_color;
varying float v_along;
varying float v_side;
varying float v_half;
varying float v_dash;
void main() {
  if (v_dash > 0.5 && mod(v_along, 8.0) > 4.0) discard;
  #ifdef PICKING_MODE
  gl_FragColor = v_color;
  #else
  float cover = clamp(v_half + 0.5 - abs(v_side), 0.0, 1.0) * min(1.0, v_half * 2.0 + 0.35);
  gl_FragColor = vec4(v_color.rgb, 1.0) * cover * min(v_color.a, 1.0);
  #endif
}`;

const { FLOAT, UNSIGNED_BYTE, TRIANGLES } = WebGLRenderingContext;
const UNIFORMS = ["u_matrix", "u_view", "u_pixelRatio"] as const;

export class LineProgram extends EdgeProgram<(typeof UNIFORMS)[number]> {
  getDefinition() {
    return {
      VERTICES: 6, VERTEX_SHADER_SOURCE: VERTEX, FRAGMENT_SHADER_SOURCE: FRAGMENT, METHOD: TRIANGLES, UNIFORMS,
      ATTRIBUTES: [
        { name: "a_start", size: 2, type: FLOAT },
        { name: "a_end", size: 2, type: FLOAT },
        { name: "a_width", size: 1, type: FLOAT },
        { name: "a_taper", size: 1, type: FLOAT },
        { name: "a_dash", size: 1, type: FLOAT },
        { name: "a_color", size: 4, type: UNSIGNED_BYTE, normalized: true },
        { name: "a_id", size: 4, type: UNSIGNED_BYTE, normalized: true },
      ],
      CONSTANT_ATTRIBUTES: [{ name: "a_corner", size: 2, type: FLOAT }],
      CONSTANT_DATA: [[0, 1], [0, -1], [1, 1], [1, 1], [0, -1], [1, -1]],
    };
  }

  processVisibleItem(index: number, at: number, from: NodeDisplayData, to: NodeDisplayData,
                     data: EdgeDisplayData & { taper?: boolean; dash?: boolean }) {
    const { array } = this;
    array[at++] = from.x;
    array[at++] = from.y;
    array[at++] = to.x;
    array[at++] = to.y;
    array[at++] = data.size;
    array[at++] = data.taper ? 1 : 0;
    array[at++] = data.dash ? 1 : 0;
    array[at++] = floatColor(data.color);
    array[at] = index;
  }

  setUniforms(params: RenderParams, { gl, uniformLocations }: ProgramInfo) {
    gl.uniformMatrix3fv(uniformLocations.u_matrix, false, params.matrix);
    gl.uniform2f(uniformLocations.u_view, params.width * params.pixelRatio, params.height * params.pixelRatio);
    gl.uniform1f(uniformLocations.u_pixelRatio, params.pixelRatio);
  }
}
