import mantine from "postcss-preset-mantine";

/** Colours of Mantine that the console doesn't use; their shades would be a tenth of its styles. */
const UNUSED_COLOR = /^--mantine-color-(cyan|grape|indigo|lime|orange|pink|violet)-/;

const withoutUnusedColors = {
  postcssPlugin: "haltere-unused-colors",
  Declaration(declaration) {
    if (UNUSED_COLOR.test(declaration.prop)) declaration.remove();
  },
};

export default { plugins: [mantine(), withoutUnusedColors] };
