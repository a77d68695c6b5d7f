/** A word in both scripts of the card. */
export interface Bilingual {
  readonly arabic: string;
  readonly english: string;
}

/** A governorate with the code it has in a national number. */
export interface Governorate extends Bilingual {
  readonly code: string;
}

function word(arabic: string, english: string): Bilingual {
  return { arabic, english };
}

/** Given names of men. */
export const maleNames = [
  word('أحمد', 'Ahmed'),
  word('محمود', 'Mahmoud'),
  word('يوسف', 'Youssef'),
  word('كريم', 'Karim'),
  word('عمر', 'Omar'),
  word('مينا', 'Mina'),
];

/** Given names of women. */
export const femaleNames = [
  word('مريم', 'Mariam'),
  word('سلمى', 'Salma'),
  word('نورهان', 'Nourhan'),
  word('هبة', 'Heba'),
  word('ياسمين', 'Yasmin'),
  word('دينا', 'Dina'),
];

/** The last name of every synthetic person; it means "experimental", so that nobody takes one for real. */
export const syntheticSurname = word('تجريبي', 'Tagreeby');

/** Governorates with their codes in the national number. */
export const governorates: readonly Governorate[] = [
  { code: '01', ...word('القاهرة', 'Cairo') },
  { code: '02', ...word('الإسكندرية', 'Alexandria') },
  { code: '12', ...word('الدقهلية', 'Dakahlia') },
  { code: '13', ...word('الشرقية', 'Sharqia') },
  { code: '14', ...word('القليوبية', 'Qalyubia') },
  { code: '16', ...word('الغربية', 'Gharbia') },
  { code: '21', ...word('الجيزة', 'Giza') },
  { code: '25', ...word('أسيوط', 'Asyut') },
  { code: '28', ...word('أسوان', 'Aswan') },
];

/** Streets that exist nowhere. */
export const streets = [
  word('شارع الاختبار', 'Test Street'),
  word('شارع المثال', 'Example Street'),
  word('شارع العينة', 'Sample Street'),
];

/** Occupations. */
export const jobs = [word('مهندس', 'Engineer'), word('محاسب', 'Accountant'), word('مدرس', 'Teacher')];

/** Religions as the card names them. */
export const religions = [word('مسلم', 'Muslim'), word('مسيحي', 'Christian')];

/** Marital states as the card names them. */
export const maritalStates = { single: word('أعزب', 'Single'), married: word('متزوج', 'Married') };

/** Genders as the card names them. */
export const genders = { male: word('ذكر', 'Male'), female: word('أنثى', 'Female') };
