"""The table says for each text what is spoken, and by which convention.

Sources in the notes: 八百词 = 吕叔湘《现代汉语八百词》; 词典 = 《现代汉语词典》; 15834, 15835 = GB/T 15834 (punctuation),
GB/T 15835 (numerals); GB 3100, GB 3101 (units); usage = how it is said in Chinese broadcasts, shops and reviews; wetext = the normaliser's own rule;
ours = a choice of this project, explained in the note.
"""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novelcast.hanzi import HAN, simplified
from novelcast.lexicon import Lexicon, Word
from novelcast.script.spoken import spoken_form

TABLE = [
    # plain numbers
    ("他数到200", "他数到两百。", "两 before 百 (八百词)"),
    ("共2000字", "共两千字。", "两 before 千 (八百词)"),
    ("2万5千人", "两万五千人。", "两 before 万 (八百词)"),
    ("2亿", "两亿。", "两 before 亿 (八百词)"),
    ("22", "二十二。", "二 at the end (八百词)"),
    ("12个", "十二个。", "一十 is 十 at the start (15835)"),
    ("110个", "一百一十个。", "一十 inside a number (15835)"),
    ("10050", "一万零五十。", "one 零 for a gap (15835)"),
    ("105000", "十万五千。", "no 零 where no place is skipped"),
    ("100,000", "十万。", "grouped digits are one number (15835)"),
    ("1000000000", "十亿。", "round, however long"),
    ("0", "零。", "15835"),
    ("0.5", "零点五。", "decimals singly (15835)"),
    ("3.14", "三点一四。", "decimals singly (15835)"),
    ("5.20", "五点二零。", "a decimal, not a date: it has no year"),
    ("1.5万", "一点五万。", "15835"),
    ("１２３", "一百二十三。", "full-width digits are digits"),
    # 两 and 二
    ("2个人", "两个人。", "两 with a measure word (八百词)"),
    ("2小时", "两小时。", "八百词"),
    ("2倍", "两倍。", "八百词"),
    ("2两", "二两。", "二 before 两 (八百词)"),
    ("2号", "二号。", "a place in a row (八百词)"),
    ("2楼", "二楼。", "a place in a row (八百词)"),
    ("2年级", "二年级。", "a place in a row (八百词)"),
    ("第2次", "第二次。", "ordinals (八百词)"),
    ("2.5个", "二点五个。", "decimals (八百词)"),
    ("2、3个", "两三个。", "neighbouring numbers are said without a pause (15834, 顿号)"),
    # dates and times
    ("2024年5月1日", "二零二四年五月一日。", "years singly (15835)"),
    ("2024-05-01", "二零二四年五月一日。", "15835"),
    ("2月2日", "二月二日。", "months and days are places in a row"),
    ("1990年代", "一九九零年代。", "15835"),
    ("80年代", "八十年代。", "15835"),
    ("90后", "九零后。", "usage; wetext"),
    ("二〇二四年", "二零二四年。", "〇 is 零 (词典)"),
    ("3000年前", "三千年前。", "a length of time, not a year"),
    ("修炼了1500年", "修炼了一千五百年。", "a length of time"),
    ("2008年前", "二零零八年前。", "a year of our time"),
    ("12:30", "十二点三十分。", "wetext"),
    ("8:00", "八点。", "the full hour"),
    ("2:02", "两点零二分。", "usage: 两点"),
    ("22:30:15", "二十二点三十分十五秒。", "wetext"),
    ("8:00-10:00", "八点到十点。", "a range of times"),
    ("凌晨3点", "凌晨三点。", "15835"),
    ("2点半", "两点半。", "usage: 两点"),
    ("2点5分", "两点五分。", "usage: 两点"),
    # ratios, ranges, fractions, percent
    ("3:2", "三比二。", "one digit after the colon is no time"),
    ("16:9", "十六比九。", "usage"),
    ("比分1-0", "比分一比零。", "usage: scores"),
    ("3-5个", "三到五个。", "usage"),
    ("3~5天", "三到五天。", "浪纹线 is 到 (15834)"),
    ("1-2个", "一到两个。", "八百词"),
    ("1-2月", "一到二月。", "months"),
    ("3天-5天", "三天到五天。", "15834"),
    ("5月1日-5月7日", "五月一日到五月七日。", "15834"),
    ("1/2", "二分之一。", "15835"),
    ("½杯", "二分之一杯。", "15835"),
    ("24/7", "二十四杠七。", "more above than below: no fraction"),
    ("120%", "百分之一百二十。", "15835"),
    ("12.5%", "百分之十二点五。", "15835"),
    ("50%-60%", "百分之五十到百分之六十。", "usage"),
    ("3‰", "千分之三。", "15835"),
    # measures and money
    ("98℃", "九十八摄氏度。", "wetext"),
    ("37.5°C", "三十七点五摄氏度。", "wetext"),
    ("-5℃", "负五摄氏度。", "负 for a value below nought"),
    ("30°", "三十度。", "usage"),
    ("25m²", "二十五平方米。", "wetext"),
    ("5㎡", "五平方米。", "wetext"),
    ("60km/h", "每小时六十公里。", "wetext"),
    ("10kg", "十千克。", "wetext"),
    ("100ms", "一百毫秒。", "wetext"),
    ("2.4GHz", "二点四吉赫兹。", "GB 3100 names of units"),
    ("220V", "两百二十伏。", "GB 3100"),
    ("60dB", "六十分贝。", "GB 3100"),
    ("10w粉丝", "十万粉丝。", "usage: w for 万 on the web"),
    ("￥300", "三百元。", "wetext"),
    ("$5", "五美元。", "wetext"),
    ("$2亿", "两亿美元。", "the unit comes after 亿"),
    ("9.9元", "九点九元。", "wetext"),
    # telephone numbers and codes
    ("13800138000", "幺三八零零幺三八零零零。", "幺 on the telephone (词典)"),
    ("400-123-4567", "四零零幺二三四五六七。", "幺 on the telephone (词典)"),
    ("010-12345678", "零幺零幺二三四五六七八。", "幺 on the telephone (词典)"),
    ("他打了110", "他打了幺幺零。", "幺 on the telephone (词典)"),
    ("120急救", "幺二零急救。", "幺 on the telephone (词典)"),
    ("编号0073", "编号零零七三。", "codes singly (usage)"),
    ("密码是8848", "密码是八八四八。", "codes singly (usage)"),
    ("QQ号123456789", "QQ号一二三四五六七八九。", "codes singly (usage)"),
    ("007", "零零七。", "a leading nought makes a code"),
    ("房间302号", "房间三零二号。", "room numbers singly (usage)"),
    ("501室", "五零一室。", "room numbers singly (usage)"),
    ("302号", "三百零二号。", "a plain number in a row"),
    ("985大学", "九八五大学。", "usage"),
    ("404错误", "四零四错误。", "usage"),
    ("666", "六六六。", "usage: a cheer"),
    ("666个", "六百六十六个。", "with a measure word it counts"),
    # letters and digits
    ("RTX5090", "RTX五零九零。", "longer model numbers singly (usage)"),
    ("RTX 5090显卡", "RTX五零九零显卡。", "usage"),
    ("4090Ti", "四零九零Ti。", "usage"),
    ("H100", "H一百。", "round hundreds as a number (usage)"),
    ("T-800", "T八百。", "round hundreds; the hyphen is silent"),
    ("iPhone15", "iPhone十五。", "two digits as a number (usage)"),
    ("GPT-4", "GPT四。", "a hyphen in a name is no minus"),
    ("VIP8", "VIP八。", "usage"),
    ("LV150", "LV一百五十。", "levels are quantities"),
    ("Lv.3", "Lv三。", "levels are quantities"),
    ("C++", "C加加。", "usage"),
    ("S+级", "S加级。", "usage"),
    ("H2O", "H二O。", "usage"),
    ("Python3.11", "Python三点一一。", "versions: after the point singly"),
    ("v1.2.3", "v一点二点三。", "versions"),
    ("192.168.1.1", "一九二点一六八点一点一。", "usage: addresses"),
    ("1080p", "一零八零p。", "usage"),
    ("24GB", "二十四GB。", "an amount"),
    ("GPU 300块", "GPU三百块。", "with a measure word it counts"),
    ("NO.1", "第一。", "usage"),
    ("用 Python 写", "用Python写。", "ours: spaces only between Latin words"),
    ("Wi-Fi", "Wi-Fi。", "a Latin word stays as it is"),
    ("don’t说", "don't说。", "a Latin word stays as it is"),
    ("node.js", "node点js。", "usage"),
    ("J.K.罗琳", "J K罗琳。", "initials"),
    # signs
    ("第17章 重启", "第十七章，重启。", "ours: a pause before a chapter's title"),
    ("HP+50", "HP加五十。", "usage: games"),
    ("HP-50", "HP减五十。", "usage: games"),
    ("1+1=2", "一加一等于二。", "usage"),
    ("5-3=2", "五减三等于二。", "a sum, not a range"),
    ("3×4", "三乘四。", "wetext"),
    ("3*5", "三乘五。", "a star between numbers multiplies"),
    ("6÷2", "六除以二。", "usage"),
    ("10^5", "十的五次方。", "usage"),
    ("x²", "x的平方。", "usage"),
    ("Ⅳ", "四。", "Roman numerals as numbers"),
    ("①", "一。", "circled numerals as numbers"),
    ("@某人", "艾特某人。", "usage"),
    ("😀你好", "你好。", "ours: pictures are silent"),
    ("===★===", "", "ours: decoration is silent"),
    # masked words
    ("他真是个**", "他真是个。", "never 星号; at the end the stop is silence enough"),
    ("这**东西", "这，东西。", "never 星号; a light pause"),
    ("Tran**ormer", "Tran，ormer。", "never 星号; a light pause"),
    ("××市", "某某市。", "隐讳号 is read 某 (15834)"),
    # punctuation
    ("他说：“走吧。”", "他说：走吧。", "quotes are silent"),
    ("所谓“天才”不过如此", "所谓天才不过如此。", "quotes are silent"),
    ("《山海经》", "山海经。", "title marks are silent"),
    ("他（小声）说", "他，小声，说。", "brackets are a light pause"),
    ("【任务完成】", "任务完成。", "brackets at the ends are silent"),
    ("我……我——不知道", "我，我，不知道。", "a pause mark that every engine knows"),
    ("真的吗？！", "真的吗？", "one stop"),
    ("走！！！", "走！", "one stop"),
    ("好呀~", "好呀。", "a drawn-out end is silent"),
    ("他走了, 没有回来.", "他走了，没有回来。", "half-width marks"),
    ("约翰·史密斯", "约翰史密斯。", "间隔号 is silent (15834)"),
    ("……", "", "nothing to say"),
    ("？！", "", "nothing to say"),
    ("", "", "nothing to say"),
    # script
    ("機器長大了", "机器长大了。", "OpenCC t2s"),
    # what web novels hold: status windows, games
    ("【等级：Lv.15】", "等级：Lv十五。", "levels are quantities"),
    ("【力量：15→18】", "力量：十五到十八。", "an arrow between values is 到 (usage)"),
    ("Lv.1→Lv.2", "Lv一到Lv二。", "usage"),
    ("Lv1-Lv10", "Lv一到Lv十。", "a range of levels"),
    ("HP：350/500", "HP：五百分之三百五十。", "a share of the whole (15835, 分数)"),
    ("EXP 3/10", "EXP，十分之三。", "a share of the whole"),
    ("【击杀哥布林（0/10）】", "击杀哥布林，十分之零。", "a share of the whole"),
    ("防御-10", "防御减十。", "减 after what can be counted off (usage: games)"),
    ("【好感度+5】", "好感度加五。", "usage: games"),
    ("【好感度：-5】", "好感度：负五。", "负 after a colon: a value"),
    ("获得金币×100", "获得金币乘一百。", "×N after a thing multiplies it (usage: games)"),
    ("苹果x3", "苹果乘三。", "the same with a letter x"),
    ("×10", "乘十。", "the same alone"),
    ("【剩余时间：23:59:59】", "剩余时间：二十三小时五十九分五十九秒。", "a countdown is a length of time"),
    ("倒计时05:30", "倒计时五分三十秒。", "a countdown is a length of time"),
    ("【冷却：30s】", "冷却：三十秒。", "wetext"),
    ("【成功率：12.5%】", "成功率：百分之十二点五。", "15835"),
    ("【品质：SSR】", "品质：SSR。", "a Latin word stays as it is"),
    ("SCP-173", "SCP一七三。", "longer numbers singly (usage)"),
    ("S级", "S级。", "usage"),
    ("1v1", "一v一。", "usage: v stays a letter"),
    ("1vs1", "一对一。", "对 between two sides (usage)"),
    ("红队vs蓝队", "红队对蓝队。", "对 between two sides (usage)"),
    ("红队 VS 蓝队", "红队对蓝队。", "对 between two sides (usage)"),
    ("TOP10", "TOP十。", "levels are quantities"),
    ("【ID:10086】", "ID：一零零八六。", "codes singly"),
    ("E级→S级", "E级到S级。", "usage"),
    ("4-3-3阵型", "四三三阵型。", "formations singly (usage: football)"),
    ("3星卡", "三星卡。", "usage"),
    ("第3-1关", "第三杠一关。", "falling numbers are places, 杠 (usage)"),
    # names of letters and digits
    ("5G", "五G。", "usage"),
    ("2K屏", "二K屏。", "二 before a letter is a name"),
    ("4K电视", "四K电视。", "usage"),
    ("3D打印", "三D打印。", "usage"),
    ("24K金", "二十四K金。", "usage"),
    ("B2层", "B二层。", "usage"),
    ("01号", "零一号。", "a leading nought makes a code"),
    ("A4纸", "A四纸。", "usage"),
    ("PM2.5", "PM二点五。", "after the point singly"),
    ("T恤", "T恤。", "a letter is a name"),
    ("AA制", "AA制。", "letters are names"),
    ("卡拉OK", "卡拉OK。", "letters are names"),
    ("USB3.0", "USB三点零。", "versions"),
    ("Win11", "Win十一。", "two digits as a number (usage)"),
    ("Windows 11", "Windows十一。", "usage"),
    ("i5-12400", "i五一二四零零。", "series and model, each as it is called (usage: hardware)"),
    ("i9-13900K", "i九一三九零零K。", "usage: hardware"),
    ("R7-5800X", "R七五八零零X。", "usage: hardware"),
    ("iOS 17.2", "iOS十七点二。", "versions"),
    ("GPT-4.5", "GPT四点五。", "versions"),
    ("GPT-4o", "GPT四o。", "usage"),
    ("x86", "x八六。", "singly (usage: hardware)"),
    ("N95口罩", "N九五口罩。", "singly (usage)"),
    ("98K", "九八K。", "singly (usage: games)"),
    ("AK-47", "AK四十七。", "two digits as a number"),
    ("歼-20", "歼二十。", "the hyphen of arms is silent (usage)"),
    ("东风-41", "东风四十一。", "usage"),
    ("长征5号", "长征五号。", "usage"),
    ("波音737-800", "波音七三七杠八百。", "aircraft singly, 杠 (usage)"),
    ("747客机", "七四七客机。", "aircraft singly (usage)"),
    ("C919", "C九一九。", "longer model numbers singly"),
    ("G1234次", "G一二三四次。", "train numbers singly (usage)"),
    ("302路公交车", "三零二路公交车。", "bus lines of three digits singly (usage)"),
    ("坐K1路", "坐K一路。", "usage"),
    ("C#", "C sharp。", "usage"),
    ("F#", "F sharp。", "usage"),
    (".NET", "点NET。", "usage"),
    ("说明.txt", "说明点txt。", "usage: file names"),
    ("Type-C", "Type-C。", "a Latin word stays as it is"),
    ("R&D", "R和D。", "& is 和"),
    ("B站", "B站。", "usage"),
    ("Lv.MAX", "Lv MAX。", "the dot of an abbreviation is silent"),
    ("Vol.3", "Vol三。", "the dot of an abbreviation is silent"),
    ("A~C", "A到C。", "浪纹线 is 到 (15834)"),
    # Roman numerals
    ("第III代", "第三代。", "certain after 第"),
    ("第Ⅲ代", "第三代。", "certain: its own character"),
    ("III型", "三型。", "certain before 型"),
    ("II级烧伤", "二级烧伤。", "certain before 级"),
    ("I型", "一型。", "certain before 型"),
    ("星球远征II", "星球远征二。", "certain after Han"),
    ("GTA IV", "GTA四。", "certain after a Latin word"),
    ("Final Fantasy VII", "Final Fantasy七。", "certain after a Latin word"),
    ("ⅩⅢ", "十三。", "two characters are one number"),
    ("X光", "X光。", "a single X is a letter"),
    ("V型", "V型。", "a single V is a shape"),
    ("VIP", "VIP。", "no numeral"),
    ("MIX", "MIX。", "no numeral"),
    ("XX公司", "某某公司。", "a mask, as ×× (15834, 隐讳号)"),
    ("XXL码", "XXL码。", "a size, no mask"),
    # dates and times
    ("2024.3.5", "二零二四年三月五日。", "15835"),
    ("2024/3/5", "二零二四年三月五日。", "15835"),
    ("20240305", "二零二四零三零五。", "eight digits of a date singly (usage)"),
    ("2024-05", "二零二四年五月。", "year and month (ISO 8601, GB/T 7408)"),
    ("2020-2024年", "二零二零到二零二四年。", "years singly (15835)"),
    ("2020-2024", "二零二零到二零二四。", "years singly (15835)"),
    ("1990s", "一九九零年代。", "decades"),
    ("98年出生", "九八年出生。", "short years singly (usage)"),
    ("08年冬", "零八年冬。", "short years singly (usage)"),
    ("12月1日", "十二月一日。", "15835"),
    ("9月1号", "九月一号。", "usage"),
    ("18:00-20:00", "十八点到二十点。", "a range of times"),
    ("18:00~20:00", "十八点到二十点。", "a range of times"),
    ("23:59:59", "二十三点五十九分五十九秒。", "wetext"),
    ("8:30am", "上午八点三十分。", "usage: 上午"),
    ("PM 3:00", "下午三点。", "usage: 下午"),
    ("00:00", "零点。", "零点 (usage)"),
    ("2024年3月5日14:30", "二零二四年三月五日十四点三十分。", "15835"),
    ("周一-周五", "周一到周五。", "15834"),
    ("1h30min", "一小时三十分钟。", "usage"),
    ("24h", "二十四小时。", "wetext"),
    ("7×24小时", "七乘二十四小时。", "usage"),
    ("《1984》", "一九八四。", "a year as a title (usage)"),
    ("1984年", "一九八四年。", "15835"),
    ("公元前221年", "公元前二二一年。", "years singly (15835)"),
    ("80后", "八零后。", "usage"),
    ("00后", "零零后。", "usage"),
    ("996", "九九六。", "usage"),
    # numbers
    ("1e6", "一乘十的六次方。", "usage: scientific notation"),
    ("1.5e-3", "一点五乘十的负三次方。", "usage: scientific notation"),
    ("10⁸", "十的八次方。", "powers"),
    ("2^10", "二的十次方。", "powers"),
    ("√9", "根号九。", "usage"),
    ("3≠2", "三不等于二。", "usage"),
    ("x=3", "x等于三。", "usage"),
    ("y>5", "y大于五。", "usage"),
    ("≥5", "大于等于五。", "usage"),
    ("≤10", "小于等于十。", "usage"),
    ("≈3", "约等于三。", "usage"),
    ("±5", "正负五。", "usage"),
    ("10w+", "十万加。", "+ at the end is 加 (usage)"),
    ("10万+", "十万加。", "+ at the end is 加 (usage)"),
    ("100+人", "一百加人。", "+ at the end is 加 (usage)"),
    ("50%+", "百分之五十加。", "+ at the end is 加 (usage)"),
    ("10K", "十K。", "K stays a letter (usage)"),
    ("5W块", "五万块。", "W for 万 before a measure"),
    ("2w", "两万。", "两 before 万"),
    ("1.5倍", "一点五倍。", "15835"),
    ("1∶100", "一比一百。", "the ratio sign"),
    ("2:1", "二比一。", "usage"),
    ("1/2/3", "一，二，三。", "three parts are no fraction"),
    ("3.5/5", "五分之三点五。", "a share of the whole"),
    ("几十个", "几十个。", "words stay"),
    ("20-30人", "二十到三十人。", "usage"),
    ("100-200元", "一百到两百元。", "usage"),
    ("¥100-200", "一百到两百元。", "usage"),
    ("8-10岁", "八到十岁。", "usage"),
    ("1米75", "一米七五。", "heights singly (usage)"),
    ("1米8", "一米八。", "usage"),
    ("3块25", "三块二五。", "money singly after 块 (usage)"),
    ("高三（2）班", "高三二班。", "usage: 班 follows its number"),
    ("3栋2单元501", "三栋二单元五零一。", "room numbers singly (usage)"),
    ("3-2-501", "三杠二杠五零一。", "addresses: 杠 (usage)"),
    ("6#楼", "六号楼。", "# is 号 (usage)"),
    ("#3", "三号。", "# is 号 (usage)"),
    ("#话题#", "话题。", "usage: the marks are silent"),
    ("-1层", "负一层。", "a floor below ground"),
    ("1.苹果", "一，苹果。", "a list's number"),
    # units
    ("km/h", "千米每小时。", "GB 3101: 每"),
    ("60 km/h", "每小时六十公里。", "wetext"),
    ("5m/s", "每秒五米。", "wetext"),
    ("9.8m/s²", "九点八米每二次方秒。", "GB 3101: 每二次方秒"),
    ("kg/m³", "千克每立方米。", "GB 3101: 每立方米"),
    ("5元/kg", "五元每千克。", "GB 3101: 每"),
    ("50元/斤", "五十元每斤。", "GB 3101: 每"),
    ("100元/月", "一百元每月。", "GB 3101: 每"),
    ("10公里/小时", "十公里每小时。", "GB 3101: 每"),
    ("100MB/s", "一百MB每秒。", "GB 3101: 每; data keep their letters"),
    ("5μm", "五微米。", "GB 3100"),
    ("100nm", "一百纳米。", "GB 3100"),
    ("1.5kW", "一点五千瓦。", "GB 3100"),
    ("5kw", "五千瓦。", "GB 3100"),
    ("5000mAh", "五千毫安时。", "GB 3100"),
    ("20MPa", "二十兆帕。", "GB 3100"),
    ("60fps", "六十帧。", "usage: 帧"),
    ("120Hz", "一百二十赫兹。", "GB 3100"),
    ("12.7×99mm", "十二点七乘九十九毫米。", "a product of measures"),
    ("1920×1080", "一九二零乘一零八零。", "screens singly (usage)"),
    ("30°15′", "三十度十五分。", "degrees and minutes (GB 3100)"),
    ("零下5°", "零下五度。", "usage"),
    ("36.5℃", "三十六点五摄氏度。", "wetext"),
    ("500ml", "五百毫升。", "wetext"),
    ("2L", "两升。", "两 with a measure (八百词)"),
    ("20m²", "二十平方米。", "wetext"),
    ("65kg", "六十五千克。", "wetext"),
    ("180cm", "一百八十厘米。", "wetext"),
    ("100RMB", "一百元。", "usage"),
    ("€20", "二十欧元。", "usage"),
    ("£5", "五英镑。", "usage"),
    # services, addresses
    ("12306", "幺二三零六。", "service numbers on the telephone (usage)"),
    ("12345热线", "幺二三四五热线。", "service numbers on the telephone (usage)"),
    ("10086", "幺零零八六。", "service numbers on the telephone (usage)"),
    ("报110", "报幺幺零。", "幺 on the telephone (词典)"),
    ("手机号138-0013-8000", "手机号幺三八零零幺三八零零零。", "幺 on the telephone (词典)"),
    ("尾号8888", "尾号八八八八。", "codes singly"),
    ("京A12345", "京A一二三四五。", "plates singly (usage)"),
    (
        "https://novel.example.org/a/12",
        "novel点example点org斜杠a斜杠一二。",
        "ours: 点, 斜杠, the protocol silent",
    ),
    ("www.example.com", "www点example点com。", "usage"),
    ("abc123@qq.com", "abc一二三艾特qq点com。", "usage"),
    ("男/女", "男，女。", "ours: a light pause"),
    ("和/或", "和或。", "the stroke is silent after 和"),
    ("α星", "阿尔法星。", "Greek letters by name (词典, 希腊字母表)"),
    ("π", "派。", "Greek letters by name (词典)"),
    ("(╯°□°)╯", "", "ours: pictures are silent"),
    ("QAQ", "QAQ。", "a Latin word stays as it is"),
    ("555", "五五五。", "usage: crying"),
    ("一共555", "一共五百五十五。", "a sum counts"),
    ("跑了2米20秒", "跑了两米二十秒。", "two measures, no height"),
    ("5度-8度", "五度到八度。", "a range, not a negative"),
    ("5块10块", "五块十块。", "two sums"),
    ("10000服务器", "一万服务器。", "no service number"),
    ("2333", "二三三三。", "usage: laughing"),
]

ENGLISH = [
    (
        "He paid $5.50 for 3 books in 1999.",
        "He paid five dollars and fifty cents for three books in nineteen ninety nine.",
    ),
    ("“Mr. Smith—” said Dr. Who", "Mister Smith, said Doctor Who."),
    ("The RTX5090 is 120% faster", "The RTX fifty ninety is one hundred and twenty percent faster."),
    ("In the 1990s, I had 2 dogs", "In the nineteen nineties, I had two dogs."),
    ("don’t… go", "don't... go."),
    ("He left.", "He left."),
    ("…", ""),
]


@pytest.mark.parametrize(("text", "spoken", "source"), TABLE, ids=[row[0] or "empty" for row in TABLE])
def test_chinese_is_spoken_as_the_convention_says(text: str, spoken: str, source: str) -> None:
    assert spoken_form(text, "zh-CN") == spoken, source


@pytest.mark.parametrize(("text", "spoken"), ENGLISH)
def test_english_is_left_alone_but_for_numbers_and_marks(text: str, spoken: str) -> None:
    assert spoken_form(text, "en-US") == spoken


CHARACTERS = "→√∶[]()（）周wWkKmMIVX#⁸αvs/他說機器一二三两第年月日号个点分之百打电话房间编比负零〇〥章节 　0123456789０９.,:：-—~～/%％℃°$￥+*×=^²³①Ⅳ½ABcdvPRTX后岁人了室😀…。，！？“”《》·、\n'"


@given(st.text(CHARACTERS) | st.text())
def test_every_han_character_is_spoken_in_order(text: str) -> None:
    said = iter(spoken_form(text, "zh"))
    missing = [c for c in HAN.findall(simplified(text)) if c not in said]
    assert not missing


@given(st.text(CHARACTERS) | st.text())
def test_what_is_spoken_has_one_stop_at_its_end_and_never_two_marks_in_a_row(text: str) -> None:
    said = spoken_form(text, "zh")
    marks = "。！？，、；："
    assert not said or said[-1] in "。！？"
    assert not any(a in marks and b in marks for a, b in pairwise(said))
    assert not said or said[0] not in marks


@given(st.text(CHARACTERS))
def test_no_arabic_digit_is_left_to_the_engine(text: str) -> None:
    assert not any(c.isdecimal() for c in spoken_form(text, "zh"))


@given(st.text())
def test_english_of_any_kind_is_spoken_without_an_error(text: str) -> None:
    assert "“" not in spoken_form(text, "en")


def test_an_entry_of_the_lexicon_changes_what_is_said_and_its_words_are_read_by_the_same_rules() -> None:
    lexicon = Lexicon((Word(text="喵塔", say="猫塔第2层"),))
    assert spoken_form("他上了喵塔", "zh", lexicon) == "他上了猫塔第二层。"
    assert spoken_form("他上了喵塔", "zh") == "他上了喵塔。"


def test_english_books_have_a_lexicon_too() -> None:
    assert spoken_form("Go to Xyl now.", "en", Lexicon((Word(text="Xyl", say="Zile"),))) == "Go to Zile now."


def test_the_spoken_form_is_plain_text_whatever_the_lexicon_reads() -> None:
    lexicon = Lexicon((Word(text="单飞", reading="shan4 fei1"),))
    assert spoken_form("单飞来了{hao3}", "zh", lexicon) == "单飞来了，hao三。"
