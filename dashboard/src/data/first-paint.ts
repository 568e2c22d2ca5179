/** Where the browser keeps what a person chose. */
export const PREFERENCES_KEY = 'algotrendy.preferences';

/** Runs before the first paint, so that no page flashes in the wrong theme. */
export const FIRST_PAINT_SCRIPT = `try{var p=JSON.parse(localStorage.getItem('${PREFERENCES_KEY}')||'{}')}catch(e){p={}}var d=document.documentElement.dataset;d.theme=p.theme==='dark'||p.theme==='light'?p.theme:matchMedia('(prefers-color-scheme: light)').matches?'light':'dark';d.direction=p.direction||'blue-orange'`;
