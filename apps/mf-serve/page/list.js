'use strict';
// The list of the page, and the items that are near one. See page.js, which is run before.

// ---- An item

/** Where a rating lies between the least and the most, in per cent. */
const place = (rating) => {
  const {least, most, predicts} = state.model;
  const part = predicts === 'probability' ? rating : (rating - least) / (most - least || 1);
  return 100 * Math.min(1, Math.max(0, part));
};

function show(rating) {
  const {predicts, least, most} = state.model;
  if (predicts === 'probability') return Math.round(100 * rating) + ' %';
  return rating.toFixed(most - least > 20 ? 0 : 1);
}

function valueOf(item) {
  const box = make('div', {class: 'value'});
  if (item.rating === null) {
    box.append(make('div', {class: 'number'}, item.score.toFixed(2)),
        make('div', {class: 'bounds'}, 'score'));
    return box;
  }
  const track = make('div', {class: 'track', 'aria-hidden': 'true'});
  const dot = make('div', {class: 'dot'});
  dot.style.left = place(item.rating) + '%';
  box.append(make('div', {class: 'number', title: 'The rating to expect'}, show(item.rating)),
      track);
  if ('p5' in item) {
    const band = make('div', {class: 'band'});
    band.style.left = place(item.p5) + '%';
    band.style.right = 100 - place(item.p95) + '%';
    track.append(band);
    box.append(make('div', {class: 'bounds', title: 'Nine in ten ratings lie between these'},
        `${show(item.p5)} – ${show(item.p95)}`));
  }
  track.append(dot);
  return box;
}

/** Why it is there, as far as the model tells. */
function whyOf(item) {
  const reasons = (item.because || []).slice(0, 2);
  if (reasons.length) {
    const {predicts, least} = state.model;
    const verb = ({rating}) => predicts === 'rating' ? 'rated ' : predicts === 'choice' ?
        'chose ' : rating > least ? 'liked ' : 'did not like ';
    const parts = reasons.map((reason, i) => [
      i === 0 ? verb(reason) : predicts === 'probability' ? ' and ' + verb(reason) : ' and ',
      make('b', {}, nameOf(state.ratings.get(reason.item) || reason)
          .replace(/\s+\(\d{4}\)$/, '')),
      predicts === 'rating' ? ' ' + Number(reason.rating.toFixed(2)) : '']);
    return make('p', {class: 'why'}, 'Because you ', ...parts.flat());
  }
  const why = item.explanation;
  if (!why || !why.mean || !why.interaction) return null;
  const signed = (number) => (number < 0 ? '−' : '+') + Math.abs(number).toFixed(2);
  return make('p', {class: 'why'}, `${signed(why.item_bias)} as everybody rates it, ` +
      `${signed(why.interaction)} by ${state.user === null ? 'your' : 'their'} taste`);
}

function rowOf(item, near) {
  const tags = Object.entries(item.columns || {})
      .filter(([name]) => state.model.columns.some(({column}) => column === name))
      .map(([, text]) => text.replaceAll('|', ' · ')).join(' · ');
  const row = make('li', {'data-item': item.id},
      make('span', {class: 'rank', 'aria-hidden': 'true'}),
      make('div', {class: 'what'}, titleOf(item, 'h3'),
          tags ? make('p', {class: 'tags'}, tags) : null, near ? null : whyOf(item)),
      near ? similarityOf(item) : valueOf(item),
      make('div', {class: 'acts'}, stars(item),
          make('button', {class: 'plain', type: 'button', onclick: () => openNear(item),
                          'aria-label': 'Similar to ' + nameOf(item)}, 'Similar')));
  row.addEventListener('focusout', (event) => {
    if (row.classList.contains('leaving') && !row.contains(event.relatedTarget)) row.remove();
  });
  return row;
}

// ---- The list

/**
 * Puts `items` in place of what is listed. The row that somebody is at, rating it for example,
 * stays as it is until they leave it, even where its item is listed no more.
 */
function showItems(list, items) {
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
  const before = new Map([...list.children].map(
      (row) => [row.dataset.item, row.getBoundingClientRect().top]));
  const active = document.activeElement.closest('li');
  const kept = active && active.parentNode === list ? active : null;
  const at = kept ? [...list.children].indexOf(kept) : -1;
  const rows = items.map((item) => kept && item.id === kept.dataset.item ? kept : rowOf(item));
  if (kept && !rows.includes(kept)) {
    rows.splice(at, 0, kept);
    kept.classList.add('leaving');
  }
  for (const row of [...list.children]) if (row !== kept) row.remove();
  const middle = rows.indexOf(kept);  // moved itself, it would lose the focus
  list.prepend(...rows.slice(0, Math.max(0, middle)));
  list.append(...rows.slice(middle + 1));
  let rank = 0;
  for (const row of rows) {
    row.querySelector('.rank').textContent =
        row.classList.contains('leaving') ? '' : String(++rank);
    const from = before.get(row.dataset.item);
    if (still || row === kept || before.size === 0) continue;
    const by = from === undefined ? 0 : from - row.getBoundingClientRect().top;
    row.animate(from === undefined ? {opacity: [0, 1]} :
        {transform: [`translateY(${by}px)`, 'none']}, {duration: 280, easing: 'ease-out'});
  }
}

/** What a list is asked for by. Without ratings there is no taste yet, and it goes by ratings. */
function question() {
  const body = state.top > kUsualTop ? {top: state.top, explain: true} : {explain: true};
  const group = $('group').value;
  if (group) body.where = [group];
  if (state.user !== null) return {...body, user: state.user, rank_by: state.order};
  const ratings = [...state.ratings.values()].filter((one) => !one.unknown);
  const by = ratings.length || !state.model.orders.includes('rating') ? state.order : 'rating';
  return {...body, rank_by: by, ratings: ratings.map(({id, value}) => [id, value])};
}

let timer = 0, asking = null;
function refreshSoon() {
  clearTimeout(timer);
  timer = setTimeout(refresh, 120);
}

async function refresh() {
  clearTimeout(timer);
  if (asking) asking.abort();
  const mine = asking = new AbortController();
  const waiting = setTimeout(() => $('list').classList.add('waiting'), 300);
  try {
    const answer = await ask('/recommend', question(), mine.signal);
    if (state.model.model_version !== answer.model_version) await learnModel();
    if (mine !== asking) return;
    say('error', null);
    showAnswer(answer);
  } catch (error) {
    if (error.name === 'AbortError') return;
    if (error.status === 404 && state.user !== null) {
      say('user-error', Error(`The model knows no user “${state.user}”.`));
      state.user = null;
      return;
    }
    say('error', {message: error.message, retry: error.status ? null : refresh});
  } finally {
    clearTimeout(waiting);
    if (mine === asking) $('list').classList.remove('waiting');
  }
}

function showAnswer({items, warnings, milliseconds}) {
  const nobody = state.user === null && ![...state.ratings.values()].some((one) => !one.unknown);
  const rates = state.model.orders.includes('rating');
  if (nobody && !rates) items = [];  // all are as likely
  $('list-title').textContent = state.user !== null ? `For user ${state.user}` :
      nobody && rates ? 'Liked by everybody' : 'For you';
  $('mine').hidden = state.user === null;
  $('order-help').textContent = (nobody ? 'Rate something, and a list for you is here.' :
      kOrders[state.order][1]) + (state.model.intervals ?
      ' The band holds nine in ten ratings.' : '');
  $('took').textContent = milliseconds === null ? '' : `made in ${milliseconds.toFixed(1)} ms`;
  showItems($('list'), items);
  $('list-status').textContent = items.length === 0 ? 'The list is empty.' :
      `The list has changed. First: ${items.slice(0, 3).map(nameOf).join('; ')}.`;
  // Without ratings there is one only, that there are none.
  $('warnings').replaceChildren(
      ...(nobody ? [] : warnings).map((warning) => make('li', {}, warning)));
  $('more').hidden = items.length < state.top || state.top >= 100;
  $('peek').hidden = items.length === 0;
  $('peek').textContent = `↓ ${$('list-title').textContent}: ${items.slice(0, 1).map(nameOf)}`;
}

// ---- Near an item

function similarityOf(item) {
  const box = make('div', {class: 'value'});
  const band = make('div', {class: 'band near'});
  band.style.width = 100 * Math.max(0, item.similarity) + '%';
  box.append(make('div', {class: 'track', 'aria-hidden': 'true'}, band),
      make('div', {class: 'bounds'}, item.similarity.toFixed(2)));
  return box;
}

async function openNear(item) {
  $('near-title').textContent = 'Similar to ' + nameOf(item);
  $('near-help').textContent = '';
  $('near-list').replaceChildren();
  say('near-error', null);
  if (!$('near').open) $('near').showModal();
  $('near').scrollTop = 0;
  $('near-title').focus();
  try {
    const answer = await ask('/similar?item=' + encodeURIComponent(item.id));
    $('near-help').textContent = answer.items.length === 0 ? 'Nothing is near it.' :
        answer.similar_by === 'raters' ? 'Rated by the same people, more often than by chance.' :
        'Alike by what the model has learnt of them.';
    $('near-list').replaceChildren(
        ...answer.items.slice(0, 12).map((other) => rowOf(other, true)));
    [...$('near-list').querySelectorAll('.rank')].forEach(
        (rank, i) => { rank.textContent = i + 1; });
  } catch (error) {
    say('near-error', error);
  }
}

// ---- What people do

$('search').oninput = () => search();
$('search').onkeydown = (event) => {
  const first = $('found').querySelector('input');
  if (event.key !== 'ArrowDown' || !first) return;
  event.preventDefault();
  first.focus();
};
$('group').onchange = () => refresh();
$('more').onclick = () => {
  state.top = Math.min(100, state.top + 20);
  refresh();
};
$('clear').onclick = () => {
  state.ratings.clear();
  store();
  for (const group of document.querySelectorAll('.stars')) fill(group);
  showRated();
  search();
  refresh();
};
$('mine').onclick = () => {
  state.user = null;
  refresh();
  $('list-title').focus();
};
$('user').oninput = async () => {
  say('user-error', null);
  try {
    const {users} = await ask('/users?text=' + encodeURIComponent($('user').value.trim()));
    $('users').replaceChildren(...users.map(({user, ratings}) => make(
        'option', {value: user}, count(ratings, 'rating'))));
  } catch (error) { /* the button tells */ }
};
$('user').onfocus = () => $('user').oninput();
$('user-form').onsubmit = (event) => {
  event.preventDefault();
  const user = $('user').value.trim();
  if (!user) return;
  state.user = user;
  refresh();
};
$('near-close').onclick = () => $('near').close();
$('near').onclick = (event) => {  // beside it: the backdrop
  if (event.target === $('near') && event.clientX < $('near').getBoundingClientRect().left) {
    $('near').close();
  }
};
$('key-form').onsubmit = (event) => {
  event.preventDefault();
  storage('set', sessionStorage, kKey, $('key').value);
  start();
};
new IntersectionObserver(([entry]) => $('peek').classList.toggle('away', entry.isIntersecting))
    .observe(document.querySelector('.them'));

restore();
start();
