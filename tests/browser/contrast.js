// The texts within `root` whose contrast is below WCAG 2.2 AA (4.5, or 3 for large ones), as
// "ratio wanted text". Colours of ancestors are laid over each other with their alpha and opacity; what is
// disabled or not seen does not count.
(root) => {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 1;
  const brush = canvas.getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    brush.clearRect(0, 0, 1, 1);
    brush.fillStyle = colour;
    brush.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = brush.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = (top, bottom) => top.slice(0, 3).map((part, i) => part * top[3] + bottom[i] * (1 - top[3]));
  const luminance = (colour) => {
    const [r, g, b] = colour.map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ancestors = (element) => {
    const found = [];
    for (let at = element; at; at = at.parentElement) found.unshift(at);
    return found;
  };
  // What is painted at an element: its backdrop, and its text colour over it.
  const painted = (element, colour) => {
    let back = [255, 255, 255];
    let text = null;
    const paint = (chain) => {
      const [at, ...rest] = chain;
      const style = getComputedStyle(at);
      const before = back;
      back = over(rgba(style.backgroundColor), back);
      if (rest.length) paint(rest);
      else text = over(rgba(colour), back);
      const opacity = Number(style.opacity);
      if (opacity < 1) {
        back = over([...back, opacity], before);
        text = over([...text, opacity], before);
      }
    };
    paint(ancestors(element));
    return [back, text];
  };
  const seen = (element) =>
    element.checkVisibility({ opacityProperty: true, visibilityProperty: true, contentVisibilityAuto: true }) &&
    !element.closest(":disabled, [aria-disabled=true], fieldset:disabled");
  const wrong = [];
  const judge = (element, colour, words) => {
    const style = getComputedStyle(element);
    const size = parseFloat(style.fontSize);
    const wanted = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700) ? 3 : 4.5;
    const [back, text] = painted(element, colour).map(luminance);
    const ratio = (Math.max(back, text) + 0.05) / (Math.min(back, text) + 0.05);
    if (ratio < wanted) wrong.push(`${ratio.toFixed(2)} ${wanted} ${words.trim().slice(0, 60)}`);
  };
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const [text, element] = [walker.currentNode.textContent, walker.currentNode.parentElement];
    if (!text.trim() || ["SCRIPT", "STYLE", "OPTION"].includes(element.tagName) || !seen(element)) continue;
    const box = document.createRange();
    box.selectNodeContents(walker.currentNode);
    if (![...box.getClientRects()].some((rect) => rect.width > 1 && rect.height > 1)) continue;
    const style = getComputedStyle(element);
    judge(element, element.closest("svg") ? style.fill : style.color, text);
  }
  for (const field of [root, ...root.querySelectorAll("input, textarea")]) {
    if (!field.matches("input, textarea") || !seen(field) || field.matches("[type=radio], [type=checkbox], [type=range], [type=file]")) continue;
    if (field.value) judge(field, getComputedStyle(field).color, field.value);
    else if (field.placeholder) judge(field, getComputedStyle(field, "::placeholder").color, field.placeholder);
  }
  return [...new Set(wrong)];
}
