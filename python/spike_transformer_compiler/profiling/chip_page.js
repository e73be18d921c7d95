// SPDX-License-Identifier: Apache-2.0
// Colours the cores by another metric.
const largest = $largest;
document.querySelectorAll("#metrics input").forEach(input => input.addEventListener("change", () => {
  document.querySelectorAll("#cores .core").forEach(core =>
    core.setAttribute("class", "core l" + core.dataset[input.value]));
  document.querySelector("#cores-heading ~ figure .largest").textContent = largest[input.value];
}));
