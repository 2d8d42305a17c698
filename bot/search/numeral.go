package search

import (
	"strconv"
	"strings"
)

var chineseDigits = map[rune]int{
	'零': 0, '〇': 0, '一': 1, '二': 2, '两': 2, '三': 3, '四': 4, '五': 5, '六': 6, '七': 7, '八': 8, '九': 9,
}

var chineseUnits = map[rune]int{'十': 10, '百': 100, '千': 1000}

// counts says that a numeral may begin with the rune. It is asked of every rune.
func counts(r rune) bool {
	switch r {
	case '零', '〇', '一', '二', '两', '三', '四', '五', '六', '七', '八', '九', '十', '百', '千':
		return true
	}
	return r >= '0' && r <= '9'
}

// numeral reads the number that starts at runes[i]: 62, 六十二, 一百三十六, 三四七.
// end is i when there is none, or when it is not below 10,000.
func numeral(runes []rune, i int) (n, end int) {
	end = i
	if i == len(runes) || !counts(runes[i]) {
		return 0, i
	}
	for end < len(runes) && runes[end] >= '0' && runes[end] <= '9' {
		n = n*10 + int(runes[end]-'0')
		if end++; n > 9999 {
			return 0, i
		}
	}
	if end > i {
		return n, end
	}
	sum, digit, digits := 0, 0, 0
	for ; end < len(runes); end++ {
		if d, ok := chineseDigits[runes[end]]; ok {
			if digits++; digits > 4 {
				return 0, i
			}
			digit = digit*10 + d // 三四七 is read digit by digit
			continue
		}
		unit, ok := chineseUnits[runes[end]]
		if !ok {
			break
		}
		if digits == 0 {
			digit = 1 // 十二
		}
		if sum += digit * unit; sum > 9999 {
			return 0, i
		}
		digit, digits = 0, 0
	}
	return sum + digit, end
}

// amount reads the weight that starts at runes[i], such as 10克 or 两公斤; the
// result is where it ends, i when there is none.
func amount(runes []rune, i int) int {
	if i > 0 && runes[i-1] >= '0' && runes[i-1] <= '9' {
		return i
	}
	_, end := numeral(runes, i)
	if end == i || end == len(runes) {
		return i
	}
	for _, unit := range []string{"千克", "公斤", "毫克", "克", "斤", "kg", "mg", "g"} {
		if strings.HasPrefix(string(runes[end:min(end+2, len(runes))]), unit) {
			return end + len([]rune(unit))
		}
	}
	return i
}

// articleName writes an article as content does: "62", "133之一".
func articleName(n int, sub int) string {
	name := strconv.Itoa(n)
	if sub > 0 && sub < 10 {
		name += "之" + string([]rune("零一二三四五六七八九")[sub])
	}
	return name
}
