// Scenes are initialised as they approach the viewport: a page may contain many.

function start(scene, palettes) {
  const data = JSON.parse(scene.querySelector(".data").textContent);
  scene.querySelector(".viewer").hidden = false;
  const pictures = new Pictures(scene, data, palettes);
  const viewer = new Viewer(scene.querySelector(".stage"), pictures, data);
  const controls = new Controls(scene, viewer, pictures, data, palettes);
  Promise.all([controls.show("left", "photograph"), controls.show("right", "heatmap")]).then(() => {
    scene.dataset.ready = "yes";
  });
}

const palettes = JSON.parse(document.getElementById("palettes").textContent);
const observer = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      observer.unobserve(target);
      start(target, palettes);
    }
  },
  { rootMargin: "400px" },
);
for (const scene of document.querySelectorAll(".scene")) observer.observe(scene);
