// The layers of one scene: decoded on first use, drawn in the frame of the photograph.

class Pictures {
  constructor(scene, data, palettes) {
    this.scene = scene;
    this.data = data;
    this.palettes = palettes;
    this.layers = new Map(data.layers.map((layer) => [layer.key, layer]));
    this.images = new Map();
    this.scores = new Map();
    this.base = null;
  }

  async load(key) {
    if (this.images.has(key)) return;
    const image = new Image();
    const shown = this.scene.querySelector(`#${this.scene.id}-${key}`);
    // Plates are SVG images, heat maps without a plate are images of HTML.
    image.src = shown.getAttribute("href") ?? shown.src;
    await image.decode();
    const { scale } = this.layers.get(key);
    if (scale) {
      await this.load("photograph");
      this.scores.set(key, new ScoreMap(image, this.palettes[scale]));
      this.base ??= this.greyBase();
    }
    this.images.set(key, image);
  }

  // The photograph in grey, transparent outside the painting so that the colours show there.
  greyBase() {
    const canvas = greyed(this.images.get("photograph"));
    const unpainted = [...this.scores.values()][0].unpainted();
    if (unpainted) {
      const context = canvas.getContext("2d");
      context.globalCompositeOperation = "destination-out";
      context.drawImage(unpainted, 0, 0, canvas.width, canvas.height);
    }
    return canvas;
  }

  isReady(key) {
    return this.images.has(key);
  }

  // The width of a layer in its own pixels.
  widthOf(key) {
    return this.images.get(key).naturalWidth;
  }

  draw(context, key, opacity, thresholds) {
    const { width, height } = this.data;
    const { scale } = this.layers.get(key);
    if (!scale) {
      context.drawImage(this.images.get(key), 0, 0, width, height);
      return;
    }
    const coloured = this.scores.get(key).coloured(opacity, thresholds[scale]);
    context.drawImage(this.images.get("photograph"), 0, 0, width, height);
    context.drawImage(this.base, 0, 0, width, height);
    context.drawImage(coloured, 0, 0, width, height);
  }

  // The score of a layer at a point of the photograph; null where it has none.
  scoreAt(x, y, key = "heatmap") {
    const map = this.scores.get(key);
    return map ? map.at(x / this.data.width, y / this.data.height) : null;
  }

  // Whether hidden content is darker or lighter than expected; empty where the maps of either
  // sign are missing or not yet loaded.
  signAt(x, y) {
    const [dark, light] = this.data.signs.map(({ key }) => this.scoreAt(x, y, key));
    if (dark == null || light == null) return "";
    return this.data.signs[dark >= light ? 0 : 1].words;
  }

  async loadSigns() {
    await Promise.all(this.data.signs.map(({ key }) => this.load(key)));
  }
}
