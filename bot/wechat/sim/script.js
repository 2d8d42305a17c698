document.getElementById('end').scrollIntoView();
const typed = document.querySelector('#type input');
if (typed && matchMedia('(pointer: fine)').matches) typed.focus({preventScroll: true});
