'use strict';
// The page of mf-serve. Ratings stay in the browser and are sent whole with every question: the
// service keeps nothing of a guest. Titles are data, and are put into the page as text only.
const kStored = 'mfpar.ratings', kKey = 'mfpar.key';
const kUsualTop = 20;  // what the service lists unless asked for more, or less where it must
const kOrders = {
  'interaction': ['Liking', 'Personal taste alone, whatever everybody thinks.'],
  'rating': ['Rating', 'The highest ratings to expect.'],
  'blend:0.5': ['Blend', 'Half way between personal taste and the highest ratings.'],
  'one-class': ['Choice', 'What is most likely to be chosen.'],
  'lower:1.645': ['Safe', 'Ratings that 19 in 20 will exceed.']};

const $ = (id) => document.getElementById(id);
const state = {
  model: null,         // what /catalogue says
  ratings: new Map(),  // by id: {id, title, value, unknown}; the newest last
  user: null,          // whose list is shown, null for the guest's
  order: null,
  top: kUsualTop};

// ---- The page's elements

/** An element with attributes, properties where they are functions, and children. */
function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element[key] = value;
    else if (value !== false) element.setAttribute(key, value === true ? '' : value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

function icon(name) {
  const kSvg = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(kSvg, 'svg');
  svg.setAttribute('aria-hidden', 'true');
  svg.append(document.createElementNS(kSvg, 'use'));
  svg.firstChild.setAttribute('href', '#' + name);
  return svg;
}

const nameOf = (item) => item.title || item.id;

/** A title, with the year at its end set apart. */
function titleOf(item, tag) {
  const parts = /^(.*\S)(\s+\(\d{4}\))$/s.exec(nameOf(item));
  return make(tag, {class: 'title'}, ...parts ?
      [parts[1], make('span', {class: 'year'}, parts[2])] : [nameOf(item)]);
}

const count = (number, thing) => number.toLocaleString('en') + ' ' + thing +
    (number === 1 ? '' : 's');

function say(box, problem) {
  const element = $(box);
  element.hidden = problem === null;
  if (problem === null) return;
  element.replaceChildren(problem.message);
  if (problem.retry) {
    element.append(make('button', {type: 'button', onclick: problem.retry}, 'Try again'));
  }
}

// ---- The service

/** The answer, or an Error whose message is for people. */
async function ask(path, body, signal) {
  const headers = {};
  const key = storage('get', sessionStorage, kKey);
  if (key) headers.Authorization = 'Bearer ' + key;
  if (body) headers['Content-Type'] = 'application/json';
  let response, answer;
  try {
    response = await fetch(path, {
      method: body ? 'POST' : 'GET', headers, signal, body: body && JSON.stringify(body)});
    answer = await response.json();
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw Error(response ? 'The service gave an answer that cannot be read.' :
        'The service does not answer. Is mf-serve still running?');
  }
  if (response.status === 401) $('key-form').hidden = false;
  if (!response.ok) {
    const problem = Error('The service says: ' + (answer.error || 'error ' + response.status));
    problem.status = response.status;
    throw problem;
  }
  $('key-form').hidden = true;
  const timing = /dur=([\d.]+)/.exec(response.headers.get('Server-Timing') || '');
  answer.milliseconds = timing ? Number(timing[1]) : null;
  return answer;
}

/** Browsers that are told to keep nothing refuse storage; the page works without. */
function storage(what, where, key, value) {
  try {
    return where[what + 'Item'](key, value);
  } catch (error) {
    return null;
  }
}

function store() {
  const list = [...state.ratings.values()].map(({id, title, value}) => ({id, title, value}));
  storage('set', localStorage, kStored, JSON.stringify(list));
}

function restore() {
  let list = [];
  try {
    list = JSON.parse(storage('get', localStorage, kStored)) || [];
  } catch (error) { /* what somebody else stored */ }
  if (!Array.isArray(list)) return;
  for (const one of list) {
    if (one && typeof one.id === 'string' && Number.isFinite(one.value)) {
      state.ratings.set(one.id, {id: one.id, title: String(one.title || ''), value: one.value});
    }
  }
}

// ---- Stars

/** What can be given: from the worst on, in values of the model. */
function scale() {
  const {predicts, least, most} = state.model;
  if (predicts === 'choice') return [most];
  if (predicts === 'probability') return [least, most];
  const whole = most >= 3 && most <= 10 && least >= 0 && most % 1 === 0;
  if (!whole) return [0, 1, 2, 3, 4].map((step) => least + (most - least) * step / 4);
  const stars = most > 5 ? 5 : most;
  return Array.from({length: stars}, (_, i) => Math.max(least, (i + 1) * most / stars));
}

function labelOf(value, place, values) {
  if (values.length === 1) return 'chosen';
  if (values.length === 2) return place ? 'yes' : 'no';
  return String(Number(value.toFixed(2))) + (place === 0 ? ', worst' :
      place === values.length - 1 ? ', best' : '');
}

let groups = 0;
function stars(item) {
  const values = scale(), name = 'stars' + ++groups;
  const words = values.length === 2;
  const group = make('div', {class: words ? 'stars words' : 'stars', role: 'radiogroup',
                             'data-item': item.id, 'aria-label': 'Your rating of ' + nameOf(item)});
  values.forEach((value, place) => group.append(make('label', {},
      make('input', {type: 'radio', name, value, 'aria-label': labelOf(value, place, values),
                     onchange: () => rate(item, value)}),
      words ? make('span', {}, labelOf(value, place, values)) : icon('star'))));
  group.onkeydown = (event) => {
    if (event.key === 'Delete' || event.key === 'Backspace') rate(item, null);
  };
  fill(group);
  return group;
}

function fill(group) {
  const given = state.ratings.get(group.dataset.item);
  const words = group.classList.contains('words');
  for (const label of group.children) {
    const value = Number(label.firstChild.value);
    const is = given !== undefined && nearest(given.value) === value;
    label.firstChild.checked = is;
    label.classList.toggle('on', is || (!words && given !== undefined && value <= given.value));
  }
}

const nearest = (rating) => scale().reduce(
    (best, value) => Math.abs(value - rating) < Math.abs(best - rating) ? value : best);

function rate(item, value) {
  if (value === null) state.ratings.delete(item.id);
  else state.ratings.set(item.id, {id: item.id, title: item.title || '', value});
  store();
  for (const group of document.querySelectorAll('.stars')) fill(group);
  showRated();
  if (state.user === null) refreshSoon();
}

function showRated() {
  const rows = [...state.ratings.values()].reverse().map((item) => make(
      'li', {class: item.unknown ? 'gone' : ''}, titleOf(item, 'span'),
      make('span', {class: 'ends'}, item.unknown ? 'not in this model' : stars(item),
          make('button', {class: 'icon', type: 'button', onclick: () => rate(item, null),
                          'aria-label': 'Forget the rating of ' + nameOf(item)},
              icon('cross')))));
  keepFocus($('rated'), () => $('rated').replaceChildren(...rows));
  $('rated-count').textContent = rows.length || '';
  $('rated-none').hidden = rows.length > 0;
  $('clear').hidden = rows.length === 0;
}

/** Rows are made anew, and whoever was in one is put back where they were. */
function keepFocus(list, change) {
  const active = document.activeElement;
  const group = list.contains(active) && active.closest('.stars');
  change();
  if (!group) return;
  const again = [...list.querySelectorAll('.stars')].find(
      (other) => other.dataset.item === group.dataset.item);
  if (again) (again.querySelector('input:checked') || again.querySelector('input')).focus();
}

// ---- Search

let searching = 0;
async function search() {
  const text = $('search').value.trim(), mine = ++searching;
  const most = 6 + state.ratings.size;  // of these some are rated
  const top = !text && most > kUsualTop ? `&top=${most}` : '';
  try {
    const {items} = await ask(`/items?text=${encodeURIComponent(text)}${top}`);
    if (mine !== searching) return;
    const shown = text ? items.slice(0, 10) :
        items.filter((item) => !state.ratings.has(item.id)).slice(0, 6);
    $('found-title').textContent = text ? 'Found' :
        state.ratings.size ? 'Well known, and not rated yet' : 'Well known, to begin with';
    $('found').replaceChildren(...shown.map((item) => make('li', {}, titleOf(item, 'span'),
        make('span', {class: 'ends'}, stars(item)))));
    $('found-status').textContent = !text ? '' : shown.length ?
        '' : `${state.model.titles ? 'No title has' : 'No id begins with'} “${text}”.`;
  } catch (error) {
    if (mine === searching) $('found-status').textContent = error.message;
  }
}


// ---- What the model is

async function learnModel() {
  const model = state.model = await ask('/catalogue');
  $('facts').textContent = `${count(model.items, 'item')} · ${count(model.users, 'user')}`;
  document.querySelector('label[for=search]').textContent =
      model.titles ? 'Search titles' : 'Search ids';
  if (!model.orders.includes(state.order)) {
    state.order = model.orders.includes(model.rank_by) ? model.rank_by : model.orders[0];
  }
  $('orders').hidden = model.orders.length < 2;
  $('orders').replaceChildren(...model.orders.map((order) => make('label', {},
      make('input', {type: 'radio', name: 'order', value: order,
                     onchange: () => { state.order = order; refresh(); }}),
      make('span', {}, kOrders[order][0]))));
  $('orders').querySelector(`[value="${CSS.escape(state.order)}"]`).checked = true;

  const chosen = $('group').value;
  $('group-box').hidden = model.columns.length === 0;
  $('group-box').firstChild.textContent = model.columns.length === 1 ? model.columns[0].column :
      'only';
  $('group').replaceChildren(make('option', {value: ''}, 'all'),
      ...model.columns.map(({column, groups}) => make('optgroup', {label: column},
          ...groups.map(({group, items}) => make('option', {value: `${column}~${group}`},
              `${group} (${items.toLocaleString('en')})`)))));
  $('group').value = [...$('group').options].some(({value}) => value === chosen) ? chosen : '';
}

/** The model may be another than was rated for: what it has, and what that is called. */
async function recognise() {
  await Promise.all([...state.ratings.values()].map(async (one) => {
    try {
      const {items} = await ask('/items?item=' + encodeURIComponent(one.id));
      one.title = items[0].title || '';
    } catch (error) {
      one.unknown = error.status === 404;
    }
  }));
}

async function start() {
  try {
    await learnModel();
    await recognise();
    say('error', null);
  } catch (error) {
    say('error', error.status === 401 ? null : {message: error.message, retry: start});
    return;
  }
  showRated();
  search();
  refresh();
}
