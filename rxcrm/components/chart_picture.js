// A chart as a picture: the SVG with its colours filled in, saved as it is or drawn on a canvas as PNG.

const PAINTED = ["fill", "stroke", "stroke-width", "stroke-opacity", "stroke-dasharray", "stroke-linecap", "fill-opacity", "font-size", "font-weight", "opacity", "color", "stop-color", "stop-opacity"];
const FONT = "Inter, 'Segoe UI', Roboto, Arial, sans-serif";
const EDGE = 20, TITLE = 44, LINE = 22;

function painted(svg) {
  const copy = svg.cloneNode(true);
  const here = [svg, ...svg.querySelectorAll("*")], there = [copy, ...copy.querySelectorAll("*")];
  here.forEach((element, i) => {
    const style = getComputedStyle(element);
    // Patterns are referred to by address: those stay as they are written.
    for (const name of PAINTED) {
      const written = element.getAttribute(name);
      if (!written?.startsWith("url(")) there[i].setAttribute(name, style.getPropertyValue(name));
    }
    ["class", "style", "tabindex", "data-mark"].forEach((name) => there[i].removeAttribute(name));
  });
  return copy;
}

const safe = (words) => words.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

/** The chart inside `box` with its title and legend, as the text of an SVG file, with its size. */
function composed(box, title) {
  const svg = box.querySelector(".canvas svg");
  if (!svg) return null;
  const { width, height } = svg.getBoundingClientRect();
  const ink = getComputedStyle(box).color, ground = getComputedStyle(document.documentElement).getPropertyValue("--surface");
  const text = (x, y, words, size, weight) => `<text x="${x}" y="${y}" font-size="${size}" font-weight="${weight}" fill="${ink}">${safe(words)}</text>`;
  const drawing = painted(svg);
  drawing.setAttribute("x", String(EDGE));
  drawing.setAttribute("y", String(TITLE + 8));
  drawing.setAttribute("overflow", "visible");
  const entries = [...box.querySelectorAll(".legend li")].map((li, i) => {
    const swatch = painted(li.querySelector("svg")), top = TITLE + height + 24 + i * LINE;
    swatch.setAttribute("x", String(EDGE));
    swatch.setAttribute("y", String(top));
    const words = [...li.querySelectorAll("span, b, i")].map((part) => part.textContent).filter(Boolean);
    return swatch.outerHTML + text(EDGE + 22, top + 11, words.join("  ·  "), 12.5, 400);
  });
  const size = [Math.ceil(width + 2 * EDGE), Math.ceil(height + TITLE + 28 + entries.length * LINE)];
  const whole = (style) => `<svg xmlns="http://www.w3.org/2000/svg" width="${size[0]}" height="${size[1]}" viewBox="0 0 ${size.join(" ")}" font-family="${FONT}">${style}<rect width="100%" height="100%" fill="${ground}"/>${text(EDGE, 30, title, 16, 600)}${drawing.outerHTML}${entries.join("")}</svg>`;
  return { size, whole };
}

/** The page's own font as part of the picture: what an image draws knows no fonts of the page. */
async function font() {
  const found = await Promise.all(["latin", "latin-ext"].map(async (part) => {
    const bytes = await fetch(`/fonts/inter-${part}.woff2`).then((answer) => answer.arrayBuffer());
    return new Promise((done) => {
      const reader = new FileReader();
      reader.onload = () => done(`@font-face{font-family:Inter;font-weight:100 900;src:url(${reader.result.replace(/^data:[^;]*/, "data:font/woff2")})${part === "latin" ? "" : ";unicode-range:U+0100-02BA,U+1E00-1E9F,U+20A0-20AB"}}`);
      reader.readAsDataURL(new Blob([bytes]));
    });
  }));
  return `<style>${found.join("")}</style>`;
}

async function drawn({ size: [width, height], whole }) {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(whole(await font()))}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = width * 2;
  canvas.height = height * 2;
  const context = canvas.getContext("2d");
  context.scale(2, 2);
  context.drawImage(image, 0, 0);
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}

/** Saves the chart inside `box` with its title and legend: "png", twice as fine as on the screen, or "svg". */
export async function savePicture(box, title, format = "png") {
  const found = composed(box, title);
  if (!found) return false;
  const content = format === "svg" ? new Blob([found.whole("")], { type: "image/svg+xml" }) : await drawn(found);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = `${title.replace(/[\\/:*?"<>|]+/g, " ").trim()}.${format}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  return true;
}
