// The page of a run: its player.

clientauth.play(clientauth.drawn(clientauth.unpack(document.getElementById("document").textContent)),
  document.getElementById("player"), { standalone: false });
