/** What is to be known of a version without a blessing, as one whose alias was moved by hand. */

/** Why that matters, as a clause. */
export const UNBLESSED = 'no server was asked whether it answers as the model was evaluated';
