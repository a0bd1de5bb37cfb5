import type { Identity } from './identity.ts';

/** What changes from one image of a person to the next. */
export interface Moment {
  /** Turn of the head to the side, from −1 to 1, and in the plane of the image, in degrees. */
  turn: number;
  angle: number;
  scale: number;
  shiftX: number;
  shiftY: number;
  /** How far the corners of the mouth are up, from −1 to 1, and how far it is open, from 0 to 1. */
  smile: number;
  open: number;
  /** How far the brows are up, and the eyes closed, from 0 to 1. */
  brows: number;
  squint: number;
  background: string;
  clothes: string;
}

/** A portrait as a square vector drawing; the face is around its center. */
export function drawFace(who: Identity, moment: Moment): string {
  const { turn, angle, scale, shiftX, shiftY, background, clothes } = moment;
  const pose = `translate(${shiftX} ${shiftY}) rotate(${angle}) scale(${scale})`;
  // What stands out of the face moves further than its outline when the head turns.
  const features = `translate(${5 * turn} 0) scale(${1 - 0.08 * Math.abs(turn)} 1)`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="96" height="96" viewBox="-48 -48 96 96">
<rect x="-48" y="-48" width="96" height="96" fill="${background}"/>
<g transform="${pose}">
<path d="M -40 60 Q -36 34 0 32 Q 36 34 40 60 Z" fill="${clothes}"/>
<rect x="-9" y="18" width="18" height="20" rx="6" fill="${who.skin}"/>
${hairBehind(who)}
<path d="${outline(who)}" fill="${who.skin}" stroke="#00000033" stroke-width="0.8"/>
<g transform="${features}">${beard(who)}${eyes(who, moment)}${nose(who)}${mouth(who, moment)}${glasses(who)}</g>
${hairBefore(who)}
</g></svg>`;
}

/** Round above, and narrower below the cheeks. */
function outline({ faceWidth: w, faceHeight: h, chin }: Identity): string {
  const jaw = w * (0.95 - 0.4 * chin);
  return `M ${-w} -4 C ${-w} ${-1.25 * h} ${w} ${-1.25 * h} ${w} -4 C ${w} ${0.45 * h} ${jaw} ${h} 0 ${h} C ${-jaw} ${h} ${-w} ${0.45 * h} ${-w} -4 Z`;
}

function hairBehind({ hair, hairColor, faceWidth: w, faceHeight: h }: Identity): string {
  if (hair === 'long') {
    return `<path d="M ${-w - 6} 30 Q ${-w - 9} ${-1.3 * h} 0 ${-1.15 * h} Q ${w + 9} ${-1.3 * h} ${w + 6} 30 Z" fill="${hairColor}"/>`;
  }
  if (hair === 'bun') return `<circle cx="0" cy="${-1.05 * h}" r="9" fill="${hairColor}"/>`;
  return '';
}

function hairBefore({ hair, hairColor, faceWidth: w, faceHeight: h }: Identity): string {
  if (hair === 'none') return '';
  const line = hair === 'fringe' ? -0.38 * h : -0.72 * h;
  return `<path d="M ${-w - 1.5} -6 C ${-w - 2} ${-1.4 * h} ${w + 2} ${-1.4 * h} ${w + 1.5} -6 Q ${0.85 * w} ${line} 0 ${line} Q ${-0.85 * w} ${line} ${-w - 1.5} -6 Z" fill="${hairColor}"/>`;
}

function eyes({ eyeDistance, eyeSize, iris, hairColor, browWidth, browTilt }: Identity, moment: Moment): string {
  const height = eyeSize * (0.75 - 0.45 * moment.squint);
  const brow = -5 - eyeSize - 2.5 * moment.brows;
  return [-1, 1]
    .map((side) => {
      const x = side * eyeDistance;
      const [inner, outer] = [x - side * 4.5, x + side * 5];
      return `<ellipse cx="${x}" cy="-4" rx="${eyeSize}" ry="${height}" fill="#fff"/>
<circle cx="${x + moment.turn}" cy="-4" r="${Math.min(height, 0.6 * eyeSize)}" fill="${iris}"/>
<path d="M ${inner} ${brow + browTilt} L ${outer} ${brow - browTilt}" stroke="${hairColor}" stroke-width="${browWidth}" stroke-linecap="round"/>`;
    })
    .join('');
}

function nose({ noseLength, noseWidth }: Identity): string {
  return `<path d="M -1 -3 L ${-noseWidth} ${noseLength - 3} Q 0 ${noseLength} ${noseWidth} ${noseLength - 3}" fill="none" stroke="#00000066" stroke-width="1.4"/>`;
}

function mouth({ mouthWidth: w, lips, noseLength }: Identity, { smile, open }: Moment): string {
  const y = noseLength + 5;
  const [corner, below] = [y - 2.5 * smile, y + 2.5 * smile + 2 + 5 * open];
  return `<path d="M ${-w} ${corner} Q 0 ${y + 1.5 * smile - 1} ${w} ${corner} Q 0 ${below} ${-w} ${corner} Z" fill="${open > 0.4 ? '#5a1f1f' : lips}" stroke="${lips}" stroke-width="1.6" stroke-linejoin="round"/>`;
}

function glasses({ glasses, eyeDistance: d }: Identity): string {
  if (glasses === 'none') return '';
  const lens = (x: number) =>
    glasses === 'round'
      ? `<circle cx="${x}" cy="-4" r="6.6"/>`
      : `<rect x="${x - 7}" y="-9" width="14" height="10.5" rx="1.5"/>`;
  return `<g fill="#ffffff22" stroke="#1b1b1f" stroke-width="1.8">${lens(-d)}${lens(d)}<path d="M ${6.6 - d} -4 H ${d - 6.6} M ${-d - 6.6} -5 H -23 M ${d + 6.6} -5 H 23"/></g>`;
}

function beard({ beard, hairColor, faceWidth: w, faceHeight: h, noseLength, mouthWidth }: Identity): string {
  if (beard === 'none') return '';
  const y = noseLength + 1.5;
  if (beard === 'mustache') {
    return `<path d="M ${-mouthWidth} ${y + 2} Q 0 ${y - 3} ${mouthWidth} ${y + 2}" fill="none" stroke="${hairColor}" stroke-width="3"/>`;
  }
  return `<path d="M ${-0.93 * w} ${y - 2} Q 0 ${y + 1} ${0.93 * w} ${y - 2} Q ${0.75 * w} ${h} 0 ${h} Q ${-0.75 * w} ${h} ${-0.93 * w} ${y - 2} Z" fill="${hairColor}"/>`;
}
