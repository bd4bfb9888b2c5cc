// The newsletter's editor: opens the list of blocks and keeps the preview beside it up to date.
import { openBlocks } from "./blocks.js";
import { openPreview } from "./preview.js";
import { addPicker } from "./fields.js";

function start() {
  const editor = document.querySelector("[data-editor]");
  const mount = document.querySelector("[data-blocks-editor]");
  if (!editor || !mount) return;
  const words = JSON.parse(document.getElementById("nl-words").textContent);
  const data = JSON.parse(document.getElementById("nl-editor-data").textContent);
  const blocks = openBlocks(mount, data, words);
  for (const name of ["subject", "preheader", "subject_es", "preheader_es"]) {
    const input = document.getElementById(`id_${name}`);
    if (input) addPicker(input, data.fields, [], words);
  }
  openPreview(editor, words, blocks.showProblems);
}

start();
