// On a narrow screen a picture keeps its type readable and scrolls sideways: at first the middle is seen, where
// client and server talk. A table begins at its left.

for (const box of document.querySelectorAll(".picture")) {
  if (!box.closest(".tall")) box.scrollLeft = (box.scrollWidth - box.clientWidth) / 2;
}
