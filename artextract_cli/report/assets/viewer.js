// The stage: two layers with a curtain between them, zoom, the box of the selected region, and marks.

const MOST_ZOOM = 32; // pixels of the screen for one of the photograph
const STEP = 1.3;
const TALLEST = 0.8; // of the window

class Viewer {
  constructor(stage, pictures, data) {
    this.stage = stage;
    this.pictures = pictures;
    this.data = data;
    this.canvas = stage.querySelector("canvas");
    this.context = this.canvas.getContext("2d");
    this.curtain = stage.querySelector(".curtain");
    this.state = { left: "photograph", right: "heatmap", curtain: 0.5, opacity: 0.75, thresholds: {} };
    this.zoom = 1; // stage pixels for one of the photograph
    this.offset = [0, 0]; // of the photograph's corner in the stage
    this.region = null;
    this.numbered = false;
    this.pending = false;
    this.marks = [];
    this.drawing = false; // whether a drag draws a mark instead of moving the image
    this.draft = null; // the rectangle that is being drawn: two points of the stage
    this.onPointer = () => {};
    this.onBox = () => {};
    this.fitToWindow();
    new ResizeObserver(() => this.resized()).observe(stage);
    this.listen();
  }

  get size() {
    return [this.stage.clientWidth, this.stage.clientHeight];
  }

  get fitZoom() {
    const [width, height] = this.size;
    return Math.min(width / this.data.width, height / this.data.height);
  }

  fitToWindow() {
    const width = this.stage.clientWidth;
    const height = Math.min((width * this.data.height) / this.data.width, window.innerHeight * TALLEST);
    this.stage.style.height = `${Math.max(120, Math.round(height))}px`;
    this.fit();
  }

  resized() {
    if (this.lastWidth !== this.stage.clientWidth) {
      this.lastWidth = this.stage.clientWidth;
      this.fitToWindow();
    }
    this.redraw();
  }

  fit() {
    const [width, height] = this.size;
    this.zoom = this.fitZoom;
    this.offset = [(width - this.data.width * this.zoom) / 2, (height - this.data.height * this.zoom) / 2];
    this.redraw();
  }

  // Zoom by a factor, keeping the point (x, y) of the stage where it is.
  zoomBy(factor, x = this.size[0] / 2, y = this.size[1] / 2) {
    const wanted = Math.min(Math.max(this.zoom * factor, this.fitZoom), Math.max(MOST_ZOOM, this.fitZoom));
    const done = wanted / this.zoom;
    this.zoom = wanted;
    this.moveTo(x - (x - this.offset[0]) * done, y - (y - this.offset[1]) * done);
  }

  zoomToOne() {
    this.zoomBy(1 / devicePixelRatio / this.zoom);
  }

  // The image never leaves the stage; if it is smaller, it stays centred.
  moveTo(x, y) {
    const spans = [this.data.width * this.zoom, this.data.height * this.zoom];
    this.offset = [x, y].map((place, axis) => {
      const free = this.size[axis] - spans[axis];
      return free >= 0 ? free / 2 : Math.min(0, Math.max(free, place));
    });
    this.redraw();
  }

  moveBy(dx, dy) {
    this.moveTo(this.offset[0] + dx, this.offset[1] + dy);
  }

  setCurtain(share) {
    this.state.curtain = Math.min(1, Math.max(0, share));
    this.redraw();
  }

  // Show a box [left, top, right, bottom] of the photograph with its surroundings.
  showRegion(region) {
    this.region = region;
    if (region) {
      const [left, top, right, bottom] = region.box;
      const [width, height] = this.size;
      const around = Math.max(3 * Math.max(right - left, bottom - top), this.data.width / 6);
      this.zoom = Math.max(this.fitZoom, Math.min(width, height) / around);
      this.moveTo(
        width / 2 - ((left + right) / 2) * this.zoom,
        height / 2 - ((top + bottom) / 2) * this.zoom,
      );
    }
    this.redraw();
  }

  redraw() {
    if (this.pending) return;
    this.pending = true;
    requestAnimationFrame(() => {
      this.pending = false;
      this.draw();
    });
  }

  draw() {
    const [width, height] = this.size;
    const ratio = devicePixelRatio;
    const [wide, high] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (this.canvas.width !== wide || this.canvas.height !== high) {
      [this.canvas.width, this.canvas.height] = [wide, high];
    }
    this.context.setTransform(1, 0, 0, 1, 0, 0);
    this.context.clearRect(0, 0, wide, high);
    const edge = Math.round(this.state.curtain * wide);
    this.drawSide(this.state.left, 0, edge, high);
    this.drawSide(this.state.right, edge, wide - edge, high);
    if (this.numbered) this.drawNumbers(ratio);
    this.drawMarks(ratio);
    if (this.region) this.drawBox(ratio);
    this.stage.classList.toggle("zoomed", this.zoom > this.fitZoom * 1.001);
    const percent = Math.round(100 * this.state.curtain);
    this.curtain.style.left = `${100 * this.state.curtain}%`;
    this.curtain.setAttribute("aria-valuenow", percent);
    this.curtain.setAttribute("aria-valuetext", `${percent} % of the image shows the left layer`);
  }

  drawSide(key, start, width, height) {
    if (width <= 0 || !this.pictures.isReady(key)) return;
    const ratio = devicePixelRatio;
    const { context } = this;
    context.save();
    context.beginPath();
    context.rect(start, 0, width, height);
    context.clip();
    const scale = this.zoom * ratio;
    context.setTransform(scale, 0, 0, scale, this.offset[0] * ratio, this.offset[1] * ratio);
    // Enlarged pixels are shown as squares, without interpolation.
    context.imageSmoothingEnabled = (scale * this.data.width) / this.pictures.widthOf(key) < 3;
    context.imageSmoothingQuality = "high";
    this.pictures.draw(context, key, this.state.opacity, this.state.thresholds);
    context.restore();
  }

  drawBox(ratio) {
    const [left, top, right, bottom] = this.region.box;
    const scale = this.zoom * ratio;
    const box = [
      left * scale + this.offset[0] * ratio,
      top * scale + this.offset[1] * ratio,
      (right - left) * scale,
      (bottom - top) * scale,
    ];
    strokeBox(this.context, box, ratio);
  }

  drawNumbers(ratio) {
    drawFrames(this.context, this.data, (...point) => this.onCanvas(point, ratio), ratio);
  }

  drawMarks(ratio) {
    drawMarks(this.context, this.marks, (...point) => this.onCanvas(point, ratio), ratio);
    if (!this.draft) return;
    const [[left, top], [right, bottom]] = this.draft.map((point) => point.map((value) => value * ratio));
    strokeBox(this.context, [left, top, right - left, bottom - top], ratio, 0);
  }

  // From a point of the photograph to the canvas.
  onCanvas(point, ratio) {
    return point.map((value, axis) => (value * this.zoom + this.offset[axis]) * ratio);
  }

  // From a point of the stage to the photograph.
  inPhotograph(point) {
    return point.map((value, axis) => (value - this.offset[axis]) / this.zoom);
  }

  // From a pointer event to the place in the stage.
  place(event) {
    const frame = this.stage.getBoundingClientRect();
    return [event.clientX - frame.left, event.clientY - frame.top];
  }

  listen() {
    const pointers = new Map();
    const { stage, curtain } = this;
    curtain.addEventListener("pointerdown", (event) => {
      curtain.setPointerCapture(event.pointerId);
      event.stopPropagation();
    });
    curtain.addEventListener("pointermove", (event) => {
      if (curtain.hasPointerCapture(event.pointerId)) this.setCurtain(this.place(event)[0] / this.size[0]);
    });
    stage.addEventListener("pointerdown", (event) => {
      if (this.drawing) this.draft = [this.place(event), this.place(event)];
      pointers.set(event.pointerId, this.place(event));
      stage.setPointerCapture(event.pointerId);
      stage.classList.add("moving");
    });
    stage.addEventListener("pointermove", (event) => this.pointerMoved(event, pointers));
    for (const end of ["pointerup", "pointercancel"]) {
      stage.addEventListener(end, (event) => {
        pointers.delete(event.pointerId);
        stage.classList.remove("moving");
        const { draft } = this;
        this.draft = null;
        if (draft && end === "pointerup") this.onBox(...draft);
        this.redraw();
      });
    }
    stage.addEventListener("pointerleave", () => this.onPointer(null));
    stage.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
  }

  // One pointer moves the image, two move and zoom it.
  pointerMoved(event, pointers) {
    const now = this.place(event);
    const before = pointers.get(event.pointerId);
    this.onPointer(this.inPhotograph(now));
    if (!before) return;
    if (this.draft) {
      this.draft[1] = now;
      this.redraw();
      return;
    }
    pointers.set(event.pointerId, now);
    const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1];
    const share = other ? 0.5 : 1;
    this.moveBy((now[0] - before[0]) * share, (now[1] - before[1]) * share);
    if (!other) return;
    const apart = (point) => Math.hypot(point[0] - other[0], point[1] - other[1]);
    const middle = now.map((place, axis) => (place + other[axis]) / 2);
    this.zoomBy(apart(now) / Math.max(apart(before), 1), ...middle);
  }

  // The wheel scrolls the page until the image is in focus.
  wheel(event) {
    if (!event.ctrlKey && !this.stage.contains(document.activeElement)) return;
    event.preventDefault();
    this.zoomBy(STEP ** (-event.deltaY / 100), ...this.place(event));
  }
}
