// Scores as grey levels, painted in the colours of their scale.

const N_LEVELS = 256;

// Colours (RGBA as one number) of all levels. Scores below the threshold stay uncoloured; higher
// scores are more opaque, and all are equally opaque as opacity approaches one.
function levelColours(palette, opacity, threshold) {
  const colours = new Uint32Array(N_LEVELS);
  const least = palette.faintest + (1 - palette.faintest) * Math.max(0, (opacity - 0.75) / 0.25);
  for (let level = 1; level < N_LEVELS; level += 1) {
    if (Math.abs(scoreOf(palette, level)) < threshold - 1e-9) continue;
    const share = opacity * (least + (1 - least) * palette.strengths[level]);
    const rgb = parseInt(palette.colours.slice(6 * level, 6 * level + 6), 16);
    const [red, green, blue] = [rgb >> 16, (rgb >> 8) & 255, rgb & 255];
    colours[level] = ((Math.round(255 * share) << 24) | (blue << 16) | (green << 8) | red) >>> 0;
  }
  return colours;
}

function scoreOf(palette, level) {
  return (level - palette.zero) * palette.step;
}

function newCanvas(width, height, options) {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  return [canvas, canvas.getContext("2d", options)];
}

function pixelsOf(image) {
  const context = newCanvas(image.naturalWidth, image.naturalHeight, { willReadFrequently: true })[1];
  context.drawImage(image, 0, 0);
  return context.getImageData(0, 0, image.naturalWidth, image.naturalHeight);
}

class ScoreMap {
  constructor(image, palette) {
    const pixels = pixelsOf(image);
    this.palette = palette;
    this.levels = new Uint8Array(pixels.width * pixels.height);
    for (let i = 0; i < this.levels.length; i += 1) this.levels[i] = pixels.data[4 * i];
    this.pixels = pixels;
    this.words = new Uint32Array(pixels.data.buffer);
    [this.canvas, this.context] = newCanvas(pixels.width, pixels.height);
    this.painted = "";
  }

  // A canvas of the colours only, transparent where nothing is coloured.
  coloured(opacity, threshold) {
    const wanted = `${opacity} ${threshold}`;
    if (this.painted !== wanted) {
      const colours = levelColours(this.palette, opacity, threshold);
      for (let i = 0; i < this.levels.length; i += 1) this.words[i] = colours[this.levels[i]];
      this.context.putImageData(this.pixels, 0, 0);
      this.painted = wanted;
    }
    return this.canvas;
  }

  // A canvas that is opaque outside the painting, or null if the painting fills the image.
  unpainted() {
    if (!this.levels.includes(0)) return null;
    const [canvas, context] = newCanvas(this.pixels.width, this.pixels.height);
    const mask = context.createImageData(canvas.width, canvas.height);
    this.levels.forEach((level, i) => {
      mask.data[4 * i + 3] = level === 0 ? 255 : 0;
    });
    context.putImageData(mask, 0, 0);
    return canvas;
  }

  // The score at fractions of width and height, or null outside the painting.
  at(across, down) {
    const { width, height } = this.pixels;
    const [x, y] = [Math.floor(across * width), Math.floor(down * height)];
    if (x < 0 || y < 0 || x >= width || y >= height) return null;
    const level = this.levels[y * width + x];
    return level === 0 ? null : scoreOf(this.palette, level);
  }
}

// The photograph in grey, its blacks lifted so that colour shows on them.
function greyed(image) {
  const pixels = pixelsOf(image);
  const { data } = pixels;
  for (let i = 0; i < data.length; i += 4) {
    const luma = 0.299 * data[i] + 0.587 * data[i + 1] + 0.114 * data[i + 2];
    data[i] = data[i + 1] = data[i + 2] = 0.08 * 255 + 0.92 * luma;
  }
  const [canvas, context] = newCanvas(pixels.width, pixels.height);
  context.putImageData(pixels, 0, 0);
  return canvas;
}
