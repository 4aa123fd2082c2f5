/** The widget's own icons, as the path of a 24 × 24 drawing in strokes. */
export const ICONS = {
  chat: "M5 4h14a2 2 0 0 1 2 2v9a2 2 0 0 1-2 2h-7l-5 4v-4H5a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2ZM8 9h8M8 12.5h5",
  close: "M6 6l12 12M18 6L6 18",
  menu: "M12 5.5v.01M12 12v.01M12 18.5v.01",
  send: "M12 20V5M5.5 11.5 12 5l6.5 6.5",
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4.5 20.5c.8-3.6 3.8-5.5 7.5-5.5s6.7 1.9 7.5 5.5",
  language: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM3 12h18M12 3c2.5 2.7 3.8 5.7 3.8 9s-1.3 6.3-3.8 9c-2.5-2.7-3.8-5.7-3.8-9S9.5 5.7 12 3Z",
  download: "M12 4v11M7 10.5l5 5 5-5M5 20h14",
  remove: "M4.5 7h15M9.5 7V4.5h5V7M6.5 7l1 13h9l1-13M10 11v5.5M14 11v5.5",
  up: "M7 11v9H4v-9h3Zm0 0 4-7.5c1.4 0 2.3 1 2.3 2.3V9.5h5c1.3 0 2.2 1.1 2 2.4l-1 6.2c-.2 1.1-1.1 1.9-2.2 1.9H7",
  down: "M17 13V4h3v9h-3Zm0 0-4 7.5c-1.4 0-2.3-1-2.3-2.3v-3.7h-5c-1.3 0-2.2-1.1-2-2.4l1-6.2C4.9 4.8 5.8 4 6.9 4H17",
  alert: "M12 8v5M12 16.5v.01M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Z",
  external: "M9 5H5v14h14v-4M13 5h6v6M19 5l-9 9",
} as const;

export type IconName = keyof typeof ICONS;
