// Marks of a person on regions of the painting: drawn, listed, saved and loaded. Notes are text.

const CLICK = 4; // stage pixels; a shorter drag is a click
const DASHES = { retouching: [6, 4], pigment: [2, 3], interest: [] };

// The marks of all scenes of the page, and those of other scenes of the files that were loaded.
class Album {
  constructor(articles, format) {
    this.format = format;
    this.others = [];
    this.listeners = [];
    this.entries = new Map();
    for (const article of articles) {
      const data = JSON.parse(article.querySelector(".data").textContent);
      this.entries.set(data.name, {
        scene: data.name,
        photograph_sha256: data.sha256,
        shape: [data.height, data.width],
        marks: data.marks,
      });
    }
  }

  text() {
    const { name, version } = this.format;
    const scenes = [...this.entries.values(), ...this.others].filter((entry) => entry.marks.length);
    return JSON.stringify({ format: name, format_version: version, scenes }, null, 2);
  }

  // Add the marks of a file to those that are there, and return what happened as a sentence.
  load(text) {
    let scenes;
    try {
      ({ scenes } = checkedMarks(JSON.parse(text), this.format));
    } catch (error) {
      return error instanceof SyntaxError ? "This is not a file of marks." : error.message;
    }
    let added = 0;
    const refused = [];
    for (const entry of scenes) {
      const own = this.entries.get(entry.scene);
      if (own && own.photograph_sha256 !== entry.photograph_sha256) refused.push(entry.scene);
      const isSame = (other) =>
        other.scene === entry.scene && other.photograph_sha256 === entry.photograph_sha256;
      let into = [own, ...this.others].find((other) => other && isSame(other));
      if (!into) this.others.push((into = { ...entry, marks: [] }));
      const known = new Set(into.marks.map(signature));
      const fresh = entry.marks.filter((mark) => !known.has(signature(mark)));
      into.marks.push(...fresh.slice(0, this.format.maxMarks - into.marks.length));
      if (into === own) added += fresh.length;
    }
    for (const listener of this.listeners) listener();
    const warning = refused.map((name) => ` The marks of ${name} are of another photograph and are not shown.`);
    return `${counted(added)} added.${warning.join("")}`;
  }
}

// Two marks with the same signature are the same mark.
function signature({ kind, box, note = "", author = "", date }) {
  return JSON.stringify([kind, box, note, author, date]);
}

function counted(n) {
  return n === 1 ? "1 mark" : `${n} marks`;
}

// The content of a file, if it is what the program accepts; otherwise an error with a sentence.
function checkedMarks(content, format) {
  const require = (condition, sentence) => {
    if (!condition) throw new Error(sentence);
  };
  const hasOnly = (value, keys) =>
    value !== null && typeof value === "object" && Object.keys(value).every((key) => keys.includes(key));
  const isText = (value, most) =>
    typeof value === "string" && [...value].length <= most && plainText(value) === value;
  const isBox = (box, [height, width]) =>
    Array.isArray(box) &&
    box.length === 4 &&
    box.every((side) => Number.isInteger(side) && side >= 0) &&
    box[0] < box[2] && box[2] <= width && box[1] < box[3] && box[3] <= height;
  const isMark = (mark, shape) =>
    hasOnly(mark, ["kind", "box", "note", "author", "date"]) &&
    Object.hasOwn(format.kinds, mark.kind) &&
    isBox(mark.box, shape) &&
    isText(mark.note ?? "", format.maxNote) &&
    isText(mark.author ?? "", format.maxAuthor) &&
    /^\d{4}-\d{2}-\d{2}$/.test(mark.date);
  require(hasOnly(content, ["format", "format_version", "scenes"]) && content.format === format.name,
    "This is not a file of marks.");
  require(content.format_version === format.version, "This file of marks has another version.");
  require(Array.isArray(content.scenes), "This file of marks has no scenes.");
  for (const entry of content.scenes) {
    require(
      hasOnly(entry, ["scene", "photograph_sha256", "shape", "marks"]) &&
        isText(entry.scene, 1000) &&
        /^[0-9a-f]{64}$/.test(entry.photograph_sha256) &&
        Array.isArray(entry.shape) && entry.shape.length === 2 &&
        Array.isArray(entry.marks) && entry.marks.length <= format.maxMarks &&
        entry.marks.every((mark) => isMark(mark, entry.shape)),
      "This file of marks is damaged.",
    );
  }
  return content;
}

// Dashed outlines with numbers; `place` leads from the photograph to the canvas.
function drawMarks(context, marks, place, ratio) {
  context.save();
  context.font = `600 ${13 * ratio}px system-ui, sans-serif`;
  context.textBaseline = "alphabetic";
  context.lineJoin = "round";
  marks.forEach(({ kind, box }, index) => {
    const [left, top] = place(box[0], box[1]);
    const [right, bottom] = place(box[2], box[3]);
    const [x, y] = [left + 3 * ratio, bottom - 4 * ratio];
    for (const [colour, thickness, dashes] of [["#ffffff", 4, []], ["#1f2126", 2, DASHES[kind]]]) {
      context.strokeStyle = colour;
      context.lineWidth = thickness * ratio;
      context.setLineDash(dashes.map((length) => length * ratio));
      context.strokeRect(left, top, right - left, bottom - top);
    }
    context.setLineDash([]);
    context.lineWidth = 4 * ratio;
    context.strokeStyle = "#ffffff";
    context.strokeText(`M${index + 1}`, x, y);
    context.fillStyle = "#1f2126";
    context.fillText(`M${index + 1}`, x, y);
  });
  context.restore();
}

// The marks of one scene beside its viewer.
class Marking {
  constructor(scene, viewer, album, data) {
    Object.assign(this, { scene, viewer, album, data });
    this.find = (selector) => scene.querySelector(selector);
    this.marks = viewer.marks = album.entries.get(data.name).marks;
    this.kind = this.find(".mark-kind");
    this.author = this.find(".mark-author");
    this.draw = this.find(".mark-draw");
    this.find(".mark-framed").addEventListener("click", () => this.markView());
    this.draw.addEventListener("click", () => this.setDrawing(!viewer.drawing));
    this.find(".mark-save").addEventListener("click", () => this.save());
    this.find(".mark-load input").addEventListener("change", (event) => this.load(event.target));
    viewer.stage.addEventListener("keydown", (event) => this.key(event));
    viewer.onBox = (from, to) => this.drawn(from, to);
    album.listeners.push(() => this.list());
    for (const part of scene.querySelectorAll(".marking")) part.hidden = false;
    this.list();
  }

  say(text) {
    // Beside the image and below the list; only one of the two is read aloud.
    for (const news of this.scene.querySelectorAll(".mark-news")) news.textContent = text;
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "m") this.markView();
    if (event.key === "d") this.setDrawing(!this.viewer.drawing);
    if (event.key === "Escape") this.setDrawing(false);
  }

  setDrawing(isOn) {
    this.viewer.drawing = isOn;
    this.viewer.stage.classList.toggle("drawing", isOn);
    this.draw.setAttribute("aria-pressed", isOn);
  }

  // The framed region, or else the middle of what is shown.
  markView() {
    const { viewer } = this;
    if (viewer.region) {
      this.add(viewer.region.box);
      return;
    }
    const [width, height] = viewer.size;
    const at = (x, y) => viewer.inPhotograph([x * width, y * height]);
    this.add([...at(0.375, 0.375), ...at(0.625, 0.625)]);
  }

  // A rectangle from one point of the stage to another, or the region that was clicked.
  drawn(from, to) {
    const [start, end] = [from, to].map((point) => this.viewer.inPhotograph(point));
    if (Math.hypot(to[0] - from[0], to[1] - from[1]) >= CLICK) {
      const low = start.map((value, axis) => Math.min(value, end[axis]));
      const high = start.map((value, axis) => Math.max(value, end[axis]));
      this.add([...low, ...high]);
      return;
    }
    const area = ([left, top, right, bottom]) => (right - left) * (bottom - top);
    const [x, y] = start;
    const hit = this.data.regions
      .filter(({ box: [left, top, right, bottom] }) => left <= x && x < right && top <= y && y < bottom)
      .sort((a, b) => area(a.box) - area(b.box))[0];
    if (hit) this.add(hit.box);
    else this.say("There is no region of the table here: drag to draw a rectangle.");
  }

  // A box of whole pixels within the photograph, at least one pixel large.
  fitted([left, top, right, bottom]) {
    const span = (low, high, size) => {
      const first = Math.min(size - 1, Math.max(0, Math.floor(low)));
      return [first, Math.min(size, Math.max(first + 1, Math.ceil(high)))];
    };
    const [columns, rows] = [span(left, right, this.data.width), span(top, bottom, this.data.height)];
    return [columns[0], rows[0], columns[1], rows[1]];
  }

  add(box) {
    const { maxMarks, kinds } = this.album.format;
    if (this.marks.length >= maxMarks) {
      this.say(`A painting has at most ${maxMarks} marks.`);
      return;
    }
    const now = new Date();
    const date = [now.getFullYear(), now.getMonth() + 1, now.getDate()];
    this.marks.push({
      kind: this.kind.value,
      box: this.fitted(box),
      note: "",
      author: plainText(this.author.value),
      date: date.map((number, i) => String(number).padStart(i ? 2 : 4, "0")).join("-"),
    });
    this.list();
    this.say(`Mark ${this.marks.length}, ${kinds[this.kind.value]}, was added; the list has room for a note.`);
  }

  list() {
    const rows = this.marks.map((mark, index) => this.row(mark, index));
    this.find(".marks-table tbody").replaceChildren(...rows);
    this.find(".marks-table").hidden = rows.length === 0;
    this.viewer.redraw();
  }

  row(mark, index) {
    const number = index + 1;
    const row = document.createElement("tr");
    const cell = (label, ...parts) => {
      const made = document.createElement("td");
      made.dataset.label = label;
      made.append(...parts);
      row.append(made);
    };
    const button = { type: "button", textContent: `M${number}` };
    const show = newElement("button", `Show mark ${number} in the image`, button);
    show.addEventListener("click", () => {
      this.viewer.showRegion({ box: mark.box });
      this.viewer.stage.scrollIntoView({ block: "nearest" });
    });
    cell("Mark", show);
    cell("Kind", this.kindField(mark, number));
    cell("Note", this.noteField(mark, number));
    cell("Column, row, width, height (px)", ...this.boxFields(mark, number));
    cell("By, on", [mark.author, mark.date].filter(Boolean).join(", "));
    const remove = newElement("button", `Remove mark ${number}`, { ...button, textContent: "Remove" });
    remove.addEventListener("click", () => {
      this.marks.splice(index, 1);
      this.list();
      this.say(`Mark ${number} was removed.`);
      this.draw.focus();
    });
    cell("", remove);
    return row;
  }

  kindField(mark, number) {
    const select = newElement("select", `Kind of mark ${number}`);
    for (const [kind, label] of Object.entries(this.album.format.kinds)) {
      select.append(new Option(label, kind, false, kind === mark.kind));
    }
    select.addEventListener("change", () => {
      mark.kind = select.value;
      this.viewer.redraw();
    });
    return select;
  }

  noteField(mark, number) {
    const note = newElement("textarea", `Note on mark ${number}`, {
      maxLength: this.album.format.maxNote,
      rows: 2,
      value: mark.note ?? "",
    });
    note.addEventListener("input", () => {
      mark.note = plainText(note.value);
    });
    return note;
  }

  boxFields(mark, number) {
    const [left, top, right, bottom] = mark.box;
    const fields = [["Column", left], ["Row", top], ["Width", right - left], ["Height", bottom - top]].map(
      ([name, value]) =>
        newElement("input", `${name} of mark ${number}`, { type: "number", min: 0, step: 1, value }),
    );
    const change = () => {
      const [x, y, width, height] = fields.map((field) => Number(field.value) || 0);
      const box = this.fitted([x, y, x + width, y + height]);
      mark.box = box;
      [box[0], box[1], box[2] - box[0], box[3] - box[1]].forEach((value, i) => {
        fields[i].value = value;
      });
      this.viewer.redraw();
    };
    for (const field of fields) field.addEventListener("change", change);
    return fields;
  }

  save() {
    saveBlob(new Blob([this.album.text()], { type: "application/json" }), "marks.json");
    this.say("The marks of all scenes of this report are in marks.json.");
  }

  async load(input) {
    const [file] = input.files;
    if (!file) return;
    const isLarge = file.size > this.album.format.maxBytes;
    this.say(isLarge ? "This file is too large for a file of marks." : this.album.load(await file.text()));
    // The same file can be chosen again.
    input.value = "";
  }
}

// Text without control characters and without those that change its direction.
function plainText(text) {
  return text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, "");
}

function newElement(name, label, properties) {
  const made = Object.assign(document.createElement(name), properties);
  if (label) made.setAttribute("aria-label", label);
  return made;
}
