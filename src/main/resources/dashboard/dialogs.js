/** The dialogs of the page. */

/** Asks for the token and returns it. `again` means that the previous one was wrong. */
export function askForToken(again) {
  const dialog = document.getElementById('token-dialog');
  const field = document.getElementById('token');
  document.getElementById('token-wrong').hidden = !again;
  field.value = '';
  return new Promise(resolve => {
    const form = dialog.querySelector('form');
    const save = event => {
      event.preventDefault();
      const token = field.value.trim();
      // A header can carry only these characters.
      if (!/^[\x21-\x7e]+$/.test(token)) {
        document.getElementById('token-wrong').hidden = token === '';
        field.focus();
        return;
      }
      form.removeEventListener('submit', save);
      dialog.removeEventListener('cancel', stay);
      field.value = '';
      dialog.close();
      resolve(token);
    };
    const stay = event => event.preventDefault();
    form.addEventListener('submit', save);
    dialog.addEventListener('cancel', stay);
    if (!dialog.open) {
      dialog.showModal();
    }
    field.focus();
  });
}

/** Asks for confirmation. */
export function confirmed(question, yes) {
  const dialog = document.getElementById('confirm');
  document.getElementById('confirm-question').textContent = question;
  document.getElementById('confirm-yes').textContent = yes;
  return new Promise(resolve => {
    const form = dialog.querySelector('form');
    const no = document.getElementById('confirm-no');
    let answer = false;
    const accept = event => {
      event.preventDefault();
      answer = true;
      dialog.close();
    };
    const refuse = () => dialog.close();
    form.addEventListener('submit', accept);
    no.addEventListener('click', refuse);
    dialog.addEventListener('close', () => {
      form.removeEventListener('submit', accept);
      no.removeEventListener('click', refuse);
      resolve(answer);
    }, { once: true });
    dialog.showModal();
    no.focus();
  });
}
