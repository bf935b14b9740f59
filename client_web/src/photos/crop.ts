/** How a photo is cut: to a shape, at a place, so much nearer; the whole of it if there is no shape. */
export interface Cut {
  /** Width by height; null leaves the photo as it is. */
  shape: number | null;
  /** From 1, which shows as much as fits the shape. */
  zoom: number;
  /** The middle of what is kept, from 0 to 1 each way. */
  x: number;
  y: number;
}

export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

export const WHOLE: Cut = { shape: null, zoom: 1, x: 0.5, y: 0.5 };
export const ZOOM_MOST = 4;

const between = (value: number, least: number, most: number) => Math.min(Math.max(value, least), most);

/** The part of a photo of this size that is kept, in its own pixels. */
export function kept(width: number, height: number, { shape, zoom, x, y }: Cut): Box {
  if (shape === null) return { left: 0, top: 0, width, height };
  const wide = width / height > shape;
  const part = { width: (wide ? height * shape : width) / zoom, height: (wide ? height : width / shape) / zoom };
  return {
    left: between(x * width - part.width / 2, 0, width - part.width),
    top: between(y * height - part.height / 2, 0, height - part.height),
    ...part,
  };
}

/** Moved by so many pixels of the photo, never beyond its edge. */
export function moved(width: number, height: number, cut: Cut, right: number, down: number): Cut {
  const box = kept(width, height, cut);
  const left = between(box.left + right, 0, width - box.width);
  const top = between(box.top + down, 0, height - box.height);
  return { ...cut, x: (left + box.width / 2) / width, y: (top + box.height / 2) / height };
}

/** What is sent: more pixels than this are not shown anywhere. */
const SIDE_MOST = 2560;
const QUALITY = 0.9;

/** The photo as it was cut; the file itself where nothing was, so that nothing is lost. */
export async function cutOut(image: HTMLImageElement, file: Blob, cut: Cut): Promise<Blob> {
  const { naturalWidth: width, naturalHeight: height } = image;
  const box = kept(width, height, cut);
  if (box.width === width && box.height === height) return file;
  const scale = Math.min(1, SIDE_MOST / Math.max(box.width, box.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(box.width * scale));
  canvas.height = Math.max(1, Math.round(box.height * scale));
  const pen = canvas.getContext("2d");
  if (!pen) return file;
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(image, box.left, box.top, box.width, box.height, 0, 0, canvas.width, canvas.height);
  const made = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
  return made ?? file;
}
