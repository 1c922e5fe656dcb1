// Everything beside the stage: choices, sliders, the table of regions, plates and keys.

const MOVE = 60; // stage pixels for an arrow key
const HIDDEN = ["hidden", "hidden-absolute"]; // the hidden-layer image on its own scale, and on that of all
const CURTAIN_STEP = 0.02;

class Controls {
  constructor(scene, viewer, pictures, data, palettes) {
    Object.assign(this, { scene, viewer, pictures, data, palettes });
    this.chosen = null;
    this.loading = 0;
    this.place = null; // of the pointer, in the photograph
    this.find = (selector) => scene.querySelector(selector);
    this.selects = { left: this.find(".left-layer"), right: this.find(".right-layer") };
    this.opacity = this.find(".opacity");
    this.threshold = this.find(".threshold");
    for (const scale of Object.keys(palettes)) viewer.state.thresholds[scale] = 0;
    this.fillSelects();
    this.listen();
    this.listenToRegions();
    this.listenToSaving();
    viewer.stage.addEventListener("keydown", (event) => this.key(event));
    viewer.onPointer = (place) => this.read(place);
  }

  fillSelects() {
    for (const [side, select] of Object.entries(this.selects)) {
      const groups = new Map();
      for (const layer of this.data.layers) {
        if (!groups.has(layer.group)) {
          const group = document.createElement("optgroup");
          group.label = layer.group;
          groups.set(layer.group, group);
          select.append(group);
        }
        groups.get(layer.group).append(new Option(layer.label, layer.key));
      }
      select.addEventListener("change", () => this.show(side, select.value));
    }
  }

  async show(side, key) {
    const { state } = this.viewer;
    state[side] = key;
    this.selects[side].value = key;
    this.find(`.tag.${side}`).textContent = this.pictures.layers.get(key).label;
    this.fitThreshold();
    this.showBars();
    this.busy(1);
    await this.pictures.load(key);
    this.busy(-1);
    this.viewer.redraw();
  }

  // Report to assistive technology whether a layer is still being decoded.
  busy(change) {
    this.loading += change;
    this.viewer.stage.setAttribute("aria-busy", this.loading > 0);
  }

  // The scale that the threshold applies to: that of the right layer, or else of the left one.
  get scale() {
    const { left, right } = this.viewer.state;
    return this.pictures.layers.get(right).scale ?? this.pictures.layers.get(left).scale;
  }

  fitThreshold() {
    const palette = this.palettes[this.scale];
    this.threshold.disabled = this.opacity.disabled = !palette;
    if (palette) {
      this.threshold.max = palette.top;
      this.threshold.step = palette.sliderStep;
      this.threshold.value = this.viewer.state.thresholds[this.scale];
    }
    this.describeSliders();
  }

  showBars() {
    const { left, right } = this.viewer.state;
    const used = [left, right].map((key) => this.pictures.layers.get(key).scale ?? key);
    for (const bar of this.scene.querySelectorAll(".bars .bar")) {
      bar.hidden = !used.includes(bar.dataset.bar);
    }
    const absolute = this.find(".absolute");
    absolute.hidden = !HIDDEN.some((key) => used.includes(key));
    absolute.querySelector("input").checked = used.includes(HIDDEN[1]);
  }

  describeSliders() {
    this.find(".opacity-value").textContent = `${this.opacity.value} %`;
    const value = Number(this.threshold.value);
    let text = value.toFixed(2).replace(/0$/, "");
    if (value === 0) text = `${text} (all)`;
    else if (this.scale === "false-alarm") text += ` = ${rate(value)} false alarms`;
    else if (this.scale === "deviation") text += " deviations";
    this.find(".threshold-value").textContent = text;
    this.threshold.setAttribute("aria-valuetext", text);
  }

  listen() {
    const { viewer } = this;
    this.opacity.addEventListener("input", () => {
      viewer.state.opacity = Number(this.opacity.value) / 100;
      this.describeSliders();
      viewer.redraw();
    });
    this.threshold.addEventListener("input", () => {
      viewer.state.thresholds[this.scale] = Number(this.threshold.value);
      this.describeSliders();
      viewer.redraw();
    });
    this.find(".absolute input").addEventListener("change", (event) => {
      const key = HIDDEN[Number(event.target.checked)];
      for (const side of ["left", "right"]) {
        if (HIDDEN.includes(viewer.state[side])) this.show(side, key);
      }
    });
    this.find(".zoom-in").addEventListener("click", () => viewer.zoomBy(1.5));
    this.find(".zoom-out").addEventListener("click", () => viewer.zoomBy(1 / 1.5));
    this.find(".zoom-fit").addEventListener("click", () => viewer.fit());
    this.find(".zoom-one").addEventListener("click", () => viewer.zoomToOne());
    for (const plate of this.scene.querySelectorAll("[data-show]")) {
      plate.addEventListener("click", () => {
        this.show("right", plate.dataset.show);
        viewer.stage.scrollIntoView({ block: "center" });
      });
    }
  }

  // A plate is saved as it is shown, the right layer with the sliders as they are.
  listenToSaving() {
    const { viewer, pictures } = this;
    const asShown = { opacity: 0.75, thresholds: {} };
    for (const button of this.scene.querySelectorAll("[data-save]")) {
      const { save } = button.dataset;
      button.hidden = false;
      button.addEventListener("click", () => {
        savePicture(pictures, save, asShown, ["heatmap", "hidden"].includes(save));
      });
    }
    this.find(".save-right").addEventListener("click", () => {
      savePicture(pictures, viewer.state.right, viewer.state, viewer.numbered);
    });
    this.find(".numbered")?.addEventListener("change", (event) => {
      viewer.numbered = event.target.checked;
      viewer.redraw();
    });
  }

  listenToRegions() {
    this.buttons = [...this.scene.querySelectorAll("[data-region]")];
    this.buttons.forEach((button, index) => {
      button.closest("tr").addEventListener("click", () => this.toggle(index));
    });
    const all = this.find(".all-regions");
    if (!all) return;
    const table = this.find(".region-table");
    table.classList.add("short");
    all.hidden = false;
    all.addEventListener("click", () => {
      table.classList.remove("short");
      all.hidden = true;
      this.buttons[this.data.framed].focus();
    });
  }

  toggle(index) {
    this.choose(index === this.chosen ? null : index);
    if (this.chosen !== null) this.viewer.stage.scrollIntoView({ block: "nearest" });
  }

  choose(index) {
    this.chosen = index;
    this.buttons.forEach((button, i) => {
      button.setAttribute("aria-pressed", i === index);
      button.closest("tr").classList.toggle("chosen", i === index);
    });
    const region = index === null ? null : this.data.regions[index];
    this.viewer.showRegion(region);
    this.find(".news").textContent = region
      ? `Region ${region.number}, ${region.place}, is framed in the image.`
      : "No region is framed.";
  }

  step(by) {
    const count = this.data.regions.length;
    if (!count) return;
    const from = this.chosen ?? (by > 0 ? -1 : 0);
    this.choose((from + by + count) % count);
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { viewer } = this;
    const onCurtain = event.target === viewer.curtain;
    const draw = (by) => viewer.setCurtain(viewer.state.curtain + by);
    const arrow = (dx, dy) => (onCurtain ? draw(dx * -CURTAIN_STEP) : viewer.moveBy(dx * MOVE, dy * MOVE));
    const actions = {
      "+": () => viewer.zoomBy(STEP),
      "=": () => viewer.zoomBy(STEP),
      "-": () => viewer.zoomBy(1 / STEP),
      0: () => viewer.fit(),
      ",": () => draw(-CURTAIN_STEP),
      ".": () => draw(CURTAIN_STEP),
      n: () => this.step(1),
      p: () => this.step(-1),
      Escape: () => this.choose(null),
      ArrowLeft: () => arrow(1, 0),
      ArrowRight: () => arrow(-1, 0),
      ArrowUp: () => arrow(onCurtain ? -1 : 0, 1),
      ArrowDown: () => arrow(onCurtain ? 1 : 0, -1),
      ...(onCurtain && { Home: () => viewer.setCurtain(0), End: () => viewer.setCurtain(1) }),
    };
    if (!Object.hasOwn(actions, event.key)) return;
    event.preventDefault();
    actions[event.key]();
  }

  read(place) {
    this.place = place;
    this.describePlace();
    // The maps of either sign are large, so they are decoded on first use.
    this.signs ??= this.pictures.loadSigns().then(() => this.describePlace());
  }

  describePlace() {
    const { place } = this;
    const output = this.find(".readout");
    const inside =
      place && place.every((value, axis) => value >= 0 && value < [this.data.width, this.data.height][axis]);
    if (!inside) {
      output.textContent = "\u00a0";
      return;
    }
    const [column, row] = place.map(Math.floor);
    const score = this.pictures.scoreAt(...place);
    output.textContent = `column ${column}, row ${row}`;
    if (score === null) return;
    const sign = score >= this.data.strong - 1e-9 ? this.pictures.signAt(...place) : "";
    output.textContent += ` · score ${score.toFixed(2)}: ${rate(score)} of clean paint scores as high`;
    if (sign) output.textContent += ` · ${sign}`;
  }
}

// A score as the share of clean paint that scores as high.
function rate(score) {
  const percent = 100 * 10 ** -score;
  return `${percent >= 10 ? percent.toFixed(0) : Number(percent.toPrecision(2))} %`;
}
