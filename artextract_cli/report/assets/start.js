// Scenes are initialised as they approach the viewport: a page may contain many.

function start(scene, palettes, album) {
  const data = JSON.parse(scene.querySelector(".data").textContent);
  scene.querySelector(".viewer").hidden = false;
  const pictures = new Pictures(scene, data, palettes);
  const viewer = new Viewer(scene.querySelector(".stage"), pictures, data);
  const controls = new Controls(scene, viewer, pictures, data, palettes);
  new Marking(scene, viewer, album, data);
  Promise.all([controls.show("left", "photograph"), controls.show("right", "heatmap")]).then(() => {
    scene.dataset.ready = "yes";
  });
}

const palettes = JSON.parse(document.getElementById("palettes").textContent);
const articles = document.querySelectorAll(".scene");
const album = new Album(articles, JSON.parse(document.getElementById("marks-format").textContent));
const observer = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      observer.unobserve(target);
      start(target, palettes, album);
    }
  },
  { rootMargin: "400px" },
);
for (const scene of articles) observer.observe(scene);
