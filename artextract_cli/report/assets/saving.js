// Frames with the numbers of the table, and pictures saved as PNG files.

// Dark lines on white, around boxes given in pixels of the canvas, with `margin` pixels between.
function strokeBox(context, [left, top, width, height], ratio, margin = 4) {
  const far = margin * ratio;
  context.lineJoin = "round";
  for (const [colour, thickness] of [["#ffffff", 5], ["#1f2126", 2]]) {
    context.strokeStyle = colour;
    context.lineWidth = thickness * ratio;
    context.strokeRect(left - far, top - far, width + 2 * far, height + 2 * far);
  }
}

// Frame and number the first regions; `place` leads from the photograph to the canvas.
function drawFrames(context, data, place, ratio) {
  context.font = `600 ${13 * ratio}px system-ui, sans-serif`;
  context.textBaseline = "alphabetic";
  for (const { number, box } of data.regions.slice(0, data.framed)) {
    const [left, top] = place(box[0], box[1]);
    const [right, bottom] = place(box[2], box[3]);
    strokeBox(context, [left, top, right - left, bottom - top], ratio * 0.8, 1);
    const above = top > 18 * ratio;
    const [x, y] = [Math.max(left, 2 * ratio), above ? top - 5 * ratio : top + 15 * ratio];
    context.lineWidth = 4 * ratio;
    context.strokeStyle = "#ffffff";
    context.strokeText(number, x, y);
    context.fillStyle = "#1f2126";
    context.fillText(number, x, y);
  }
}

// A canvas with a layer at the size at which the page stores it, cropped to the painting.
async function drawSaved(pictures, key, state, numbered) {
  await pictures.load(key);
  const { data } = pictures;
  const [left, top, width, height] = data.crop;
  const scale = pictures.widthOf(key) / data.width;
  const [canvas, context] = newCanvas(Math.round(width * scale), Math.round(height * scale));
  context.imageSmoothingQuality = "high";
  context.setTransform(scale, 0, 0, scale, -left * scale, -top * scale);
  pictures.draw(context, key, state.opacity, state.thresholds);
  context.setTransform(1, 0, 0, 1, 0, 0);
  if (numbered) {
    const place = (x, y) => [(x - left) * scale, (y - top) * scale];
    drawFrames(context, data, place, Math.max(1, canvas.width / 600));
  }
  return canvas;
}

async function savePicture(pictures, key, state, numbered) {
  const canvas = await drawSaved(pictures, key, state, numbered);
  const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
  // What no file system accepts in a name is replaced.
  const label = key === "heatmap" ? "heatmap" : pictures.layers.get(key).label;
  saveBlob(blob, `${pictures.data.name}_${label}.png`.replace(/[\\/:*?"<>|\u0000-\u001f]/g, "_"));
}

function saveBlob(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // Long enough for the browser to read it, also from a slow disk.
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}
