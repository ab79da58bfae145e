/* SPDX-License-Identifier: GPL-2.0-only */

/* Narrows a page of --html to the cases that its form names, and tells how many these are. It stands in
   the page as it is here, but for this comment: neither of the characters that XML would take for its
   own may be in it. Without it a style sheet heeds the check boxes (Filter.pm).

   An item is what can be shown or not: a case, which is a cell of a table of class grid, or what shares
   a row of one of class rows. In a grid rows and columns go that have no item left. */
'use strict';
(() => {
  const root = document.documentElement;
  const form = document.getElementById('filter');
  const bar = form.querySelector('.bar');
  const fields = form.elements;
  const told = form.querySelector('output');
  const items = [];
  const grids = [];
  const parts = ['strategy', 'source', 'sink'];

  // Of "act/strategy/source-sink", in which only what is last may have more of what stands between.
  const named = (id) => {
    const [act, strategy, ...rest] = id.split('/');
    const [source, ...sink] = rest.join('/').split('-');
    return { act: [act], strategy: [strategy], source: [source], sink: [sink.join('-')] };
  };

  const verdict = (cell) => cell.classList.item(0);
  const anchors = (cells) => cells.flatMap((cell) => [...cell.querySelectorAll('a')])
    .map((link) => link.getAttribute('href').slice(1));

  const add = (item) => {
    item.on = true;
    items.push(item);
    return item;
  };

  // Columns stand below the sinks, whose heads are as wide as they have columns.
  const add_grid = (table) => {
    const [sinks, sources] = table.tHead.rows;
    const columns = [...sources.cells].slice(1).map((head) => ({ cells: [head], items: [] }));
    const rows = [...table.tBodies[0].rows].map((row) => {
      const own = [];
      [...row.cells].slice(1).forEach((cell, number) => {
        columns[number].cells.push(cell);
        const [anchor] = anchors([cell]);
        if (anchor === undefined) return;
        const item = add({ ...named(anchor), cell, verdict: [verdict(cell)], anchors: [anchor], size: 1 });
        own.push(item);
        columns[number].items.push(item);
      });
      return { row, items: own };
    });
    const groups = [...sinks.cells].slice(1).map((head) => ({ head, columns: columns.splice(0, head.colSpan) }));
    grids.push({ section: table.closest('section'), rows, groups });
  };

  const words = (text) => text.split(' ');
  const add_rows = (table) => {
    const section = table.closest('section');
    const act = words(section.dataset.acts);
    const bodies = [...table.tBodies].map((body) => {
      const source = words(body.dataset.sources);
      const sink = words(body.dataset.sinks);
      const rows = [...body.rows].slice(1).map((row) => {
        const [head, ...cells] = row.cells;
        const strategy = [...head.children].map((name) => name.textContent);
        const size = act.length * strategy.length * source.length * sink.length;
        return { row, items: [add({
          act, strategy, source, sink, size, verdict: cells.map(verdict), anchors: anchors(cells),
        })] };
      });
      return { body, rows };
    });
    grids.push({ section, bodies, rows: bodies.flatMap((body) => body.rows), groups: [] });
  };

  // What a word is looked for in: the names, and the evidence. Many cases have the same stacks, which
  // are looked through once.
  const text_of = (item) => {
    if (item.text === undefined) {
      const pieces = ['act', ...parts, 'verdict'].flatMap((part) => item[part]);
      const found = item.anchors.map((anchor) => document.getElementById(anchor));
      item.text = [...pieces, ...found.map((pre) => pre.textContent)].join('\n').toLowerCase();
      item.stacks = [...new Set(found.map((pre) => pre.parentNode.lastElementChild))];
    }
    return item.text;
  };
  const has_word = (word) => {
    const seen = new Map();
    const in_stacks = (stacks) => {
      if (!seen.has(stacks)) seen.set(stacks, stacks.textContent.toLowerCase().includes(word));
      return seen.get(stacks);
    };
    return (item) => text_of(item).includes(word) || item.stacks.some(in_stacks);
  };

  // What has to hold of an item: of each field that says something one condition.
  const conditions = () => {
    const all = [];
    for (const name of ['verdict', 'act']) {
      const boxes = [...form.querySelectorAll(`[name=${name}]:checked`)].map((box) => box.value);
      if (boxes.length) all.push((item) => item[name].some((value) => boxes.includes(value)));
    }
    for (const name of parts) {
      const value = fields[name].value;
      if (value) all.push((item) => item[name].includes(value));
    }
    for (const word of fields.word.value.toLowerCase().split(/\s+/)) {
      if (word) all.push(has_word(word));
    }
    return all;
  };

  const is_on = (part) => part.items.some((item) => item.on);
  const show = (element, shown) => {
    if (element.hidden === shown) element.hidden = !shown;
    return shown;
  };

  const show_group = ({ head, columns }) => {
    let count = 0;
    for (const column of columns) {
      const shown = is_on(column);
      if (column.cells[0].hidden === shown) column.cells.forEach((cell) => show(cell, shown));
      const first = shown ? !count : false;
      if (column.cells[0].classList.contains('first') !== first) {
        column.cells.forEach((cell) => cell.classList.toggle('first', first));
      }
      count += shown;
    }
    if (show(head, count > 0)) head.colSpan = count;
  };

  const apply = () => {
    const all = conditions();
    let count = 0;
    let size = 0;
    for (const item of items) {
      const on = all.every((holds) => holds(item));
      if (item.on !== on) {
        item.on = on;
        if (item.cell) item.cell.classList.toggle('off', !on);
      }
      count += on ? item.size : 0;
      size += item.size;
    }
    for (const grid of grids) {
      const shown = grid.rows.map(({ row, items: own }) => show(row, is_on({ items: own })));
      for (const { body, rows } of grid.bodies || []) show(body, rows.some(is_on));
      grid.groups.forEach(show_group);
      show(grid.section, shown.includes(true));
    }
    told.textContent = `${count} of ${size} cases`;
  };

  // Before anybody has typed a word, when there is nothing else to do.
  const prepare = (next) => (deadline) => {
    let number = next;
    for (; number !== items.length; number += 1) {
      if (deadline.timeRemaining() === 0) break;
      text_of(items[number]);
    }
    if (number !== items.length) requestIdleCallback(prepare(number));
  };

  const fill = (name) => {
    const values = [...new Set(items.flatMap((item) => item[name]))];
    fields[name].append(...values.map((value) => new Option(value, value)));
  };

  document.getElementById('alone').sheet.disabled = true;
  for (const table of form.querySelectorAll('.grid')) add_grid(table);
  for (const table of form.querySelectorAll('.rows')) add_rows(table);
  parts.forEach(fill);
  bar.querySelector('.fields').hidden = false;
  form.addEventListener('input', apply);
  form.addEventListener('reset', () => setTimeout(apply));
  new ResizeObserver(() => root.style.setProperty('--bar', `${bar.offsetHeight}px`)).observe(bar);
  apply();
  if (window.requestIdleCallback) requestIdleCallback(prepare(0));
})();
