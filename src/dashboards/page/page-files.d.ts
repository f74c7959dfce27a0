/** The document, with places for what only the handler knows. */
export declare const html: string;
/** The script, for browsers. */
export declare const script: string;
export declare const style: string;
/** SVG. */
export declare const icon: string;
