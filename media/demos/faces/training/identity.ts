import type { Random } from '../../../demo/training/random.ts';

/** What stays the same in all images of a made-up person. Lengths are in units of the drawing, whose face is about 40 wide. */
export interface Identity {
  skin: string;
  faceWidth: number;
  faceHeight: number;
  /** How far the chin narrows, from 0 (round) to 1. */
  chin: number;
  hair: 'none' | 'short' | 'fringe' | 'long' | 'bun';
  hairColor: string;
  eyeDistance: number;
  eyeSize: number;
  iris: string;
  browWidth: number;
  browTilt: number;
  noseLength: number;
  noseWidth: number;
  mouthWidth: number;
  lips: string;
  glasses: 'none' | 'round' | 'square';
  beard: 'none' | 'mustache' | 'full';
}

const SKINS = ['#f6d7c3', '#eec1a0', '#dba67f', '#c08860', '#9a6544', '#70462d', '#4f3222'];
const HAIR_COLORS = ['#1d1a19', '#3b2a20', '#6b4428', '#a8743a', '#d8b269', '#b5482a', '#8d8d90'];
const IRISES = ['#4a2f1d', '#6e5a2a', '#3f6b3a', '#3d6fa3', '#7d8f99'];
const LIPS = ['#a8564f', '#c06a63', '#8a4038', '#b8405a'];

/** Draws a person by lot. */
export function randomIdentity(random: Random): Identity {
  return {
    skin: random.pick(SKINS),
    faceWidth: random.between(19, 25),
    faceHeight: random.between(25, 31),
    chin: random.between(0, 1),
    hair: random.pick(['none', 'short', 'short', 'fringe', 'long', 'long', 'bun']),
    hairColor: random.pick(HAIR_COLORS),
    eyeDistance: random.between(8, 12),
    eyeSize: random.between(2.6, 4.4),
    iris: random.pick(IRISES),
    browWidth: random.between(1, 3.2),
    browTilt: random.between(-2, 2.5),
    noseLength: random.between(6, 13),
    noseWidth: random.between(2.5, 6),
    mouthWidth: random.between(6, 12),
    lips: random.pick(LIPS),
    glasses: random.pick(['none', 'none', 'none', 'round', 'square']),
    beard: random.pick(['none', 'none', 'none', 'mustache', 'full']),
  };
}
