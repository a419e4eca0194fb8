"""English words that tell who speaks: verbs of speech, titles, kin, what people are called. General knowledge of
the language, gathered for this purpose and copied from no text."""

from __future__ import annotations

from functools import cache
from importlib import resources

from novelcast.model import Age, Gender


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# ---------------------------------------------------------------- verbs

# Past forms of verbs that plainly say that somebody speaks.
SAY_VERBS = words(
    "said says saying asked asks replied replies answered answers cried cries exclaimed exclaims whispered whispers "
    "shouted shouts murmured murmurs muttered mutters called calls remarked remarks observed observes responded "
    "responds retorted retorts inquired inquires enquired enquires demanded demands declared declares announced "
    "announces explained explains repeated repeats suggested suggests protested protests stammered stammers faltered "
    "gasped gasps screamed screams yelled yells growled growls grumbled snapped snaps sneered begged begs pleaded "
    "pleads urged urges insisted insists admitted admits agreed agrees assented assured objected argued ejaculated "
    "vociferated rejoined interposed interrupted interjected added adds commented confessed confided conceded "
    "corrected countered cautioned warned advised quoted queried questioned quavered roared bellowed bawled hollered "
    "howled wailed moaned groaned whimpered whined sobbed sniffed snarled hissed croaked drawled piped squeaked "
    "shrieked squealed squeaked trilled chirped purred barked thundered boomed spluttered sputtered stuttered "
    "mumbled breathed panted pursued persisted proclaimed pronounced prompted promised proposed reminded reasoned "
    "reassured recited recounted related reported resumed soothed stated testified threatened told tells uttered "
    "ventured volunteered vowed swore affirmed asserted avowed blurted boasted bragged challenged chided chimed "
    "coaxed complained consented contended continued continues crowed cursed denied drawled echoed echoes "
    "elaborated entreated exhorted exulted fumed greeted grunted guessed hazarded hinted implored informed "
    "instructed intoned invited jeered jested joked lamented lied maintained marvelled mocked mouthed mused nagged "
    "offered opined ordered commanded commented pressed probed quipped quoth railed ranted rasped rebuked recalled "
    "recommended remonstrated repined replied reproached reproved requested scoffed scolded shrilled simpered "
    "snorted speculated spoke squawked stormed submitted summarized summed supplemented supplied surmised taunted "
    "teased translated wheedled wheezed chuckled acknowledged apologized apologised apostrophized articulated "
    "bantered blustered cackled cajoled claimed clarified concluded concurred confirmed congratulated cooed "
    "counselled croaked decided deplored directed disclosed disputed divulged emphasized encouraged enjoined "
    "expostulated falsified finished gabbled gibed giggled gloated gulped gurgled gushed hesitated hooted huffed "
    "interpolated lisped mewed mimicked objected parroted petitioned pondered prayed preached pronounced purred "
    "read rejoiced repaid returned revealed sang sighed smirked sneezed specified stipulated stressed tittered "
    "vaunted wept yawned yelped began begins went goes put broke came struck cut burst gave made chattered toasted "
    "bleated brayed cawed clucked crooned droned gabbled gibbered hailed hummed jabbered lectured moralized "
    "orated prattled prophesied rumbled sang sputtered summoned swore thanked trumpeted twittered wailed "
    "warbled wondered thought thinks reflected considered judged reckoned"
)
SAYING = words(
    "saying asking crying calling shouting exclaiming whispering murmuring muttering adding answering replying "
    "remarking observing declaring demanding inquiring enquiring repeating explaining announcing screaming begging"
)
# Of these, the ones that say so only with a fitting word behind them (broke in, went on, put in, burst out).
NEEDS_PARTICLE = {
    "went": "on", "goes": "on", "put": "in", "broke": "in|out|forth", "came": "back|in", "struck": "in", "cut": "in",
    "burst": "out|forth", "gave": "out|back", "made": "answer|reply|response", "called": "", "cried": "",
}  # fmt: skip
# Verbs whose subject may as well be doing something else than speaking: weaker.
WEAK_SAY = words(
    "went put broke came struck cut burst gave made began begins returned read sang decided finished made related "
    "pressed directed considered judged recalled offered ordered invited greeted hesitated wept yawned gulped "
    "sniffed snorted panted breathed thanked hailed summoned struck promised pursued supplied chuckled giggled "
    "related claimed encouraged revealed mouthed thought reflected wondered pondered mused guessed told spoke "
    "agreed admitted hummed prayed lied"
)
THINK_VERBS = words("thought thinks wondered wonders mused reflected pondered considered reasoned")
# What is told to somebody named right behind the verb: that one listens.
TAKES_LISTENER = words(
    "asked told answered begged implored entreated assured informed reminded warned advised urged ordered commanded "
    "interrupted greeted thanked questioned addressed invited instructed pressed reproached scolded teased "
    "corrected reassured challenged cautioned coaxed encouraged directed hailed summoned mocked taunted"
)
# Light actions that stand beside speech; their subject mostly speaks.
BEAT_VERBS = words(
    "smiled laughed nodded sighed grinned frowned shrugged paused hesitated turned looked glanced leaned leant rose "
    "stood sat stared shook raised lifted lowered pointed waved stepped walked moved drew took put laid held stopped "
    "coughed blushed flushed bowed gestured beamed winked blinked gazed peered considered reflected thought "
    "tapped rubbed scratched cleared sniffed swallowed closed opened reached handed gave pulled pushed crossed "
    "uncrossed settled sank flung threw tossed lit poured sipped wiped folded bit clasped clutched patted "
    "smoothed straightened sprang started jumped ran hurried came went knelt bent stooped stretched yawned grimaced "
    "scowled glared snorted chuckled giggled sobbed wept trembled shivered shuddered stammered broke burst "
    "stroked examined studied surveyed regarded eyed watched waited consulted"
)
# The subject of these hears, or does not answer.
REACTION_VERBS = words(
    "listened heard obeyed started gasped stared blinked flinched winced recoiled gaped shrank paled blushed "
    "coloured colored reddened hesitated understood remembered wondered felt knew saw realized realised"
)
SILENT = (
    r"(?:said|answered|replied|made|gave|spoke|returned|uttered) (?:nothing|not a word|no (?:answer|reply|word|response|more))"
    r"|(?:did|would|could) ?n[o']t (?:answer|reply|speak|respond)|was silent|remained silent|kept silen|there was (?:a )?(?:\w+ )?silence|did not answer"
)

# ---------------------------------------------------------------- words for people

# Titles that stand before a name: gender, age.
TITLES: dict[str, tuple[Gender, Age]] = {
    **dict.fromkeys(
        ["mr", "mister", "sir", "lord", "father", "brother", "uncle", "monsieur", "m", "herr", "signor", "signore", "señor", "senor", "don", "king", "prince", "duke", "earl", "baron", "count", "viscount", "squire", "rev", "reverend", "parson", "bishop", "archdeacon", "canon", "dean", "pope", "friar", "abbe", "abbé", "cardinal", "esquire", "emperor", "sultan", "rajah", "pasha", "grandpa", "grandfather", "pa", "papa", "daddy"],
        ("male", "adult"),
    ),
    **dict.fromkeys(
        ["mrs", "ms", "mistress", "lady", "dame", "madame", "madam", "mme", "frau", "signora", "señora", "senora", "donna", "queen", "duchess", "countess", "baroness", "marchioness", "viscountess", "empress", "sister", "aunt", "auntie", "nurse", "mother", "mama", "mamma", "ma", "mummy", "granny", "grandma", "grandmother", "goody", "widow"],
        ("female", "adult"),
    ),
    **dict.fromkeys(["miss", "mlle", "mademoiselle", "signorina", "fräulein", "fraulein", "princess"], ("female", "young")),
    "master": ("male", "child"),
    **dict.fromkeys(["captain", "capt", "colonel", "col", "major", "maj", "general", "gen", "sergeant", "sgt", "corporal", "lieutenant", "lt", "commander", "admiral", "inspector", "constable", "superintendent", "detective", "sheriff", "marshal", "private"],
                    ("male", "adult")),
    **dict.fromkeys(["dr", "doctor", "prof", "professor", "judge", "justice", "president", "senator", "governor", "mayor", "chief", "agent", "officer", "coach", "saint", "st", "chancellor", "minister", "secretary", "ambassador", "commissioner", "deputy", "director", "cousin", "old", "young", "little", "dear", "poor", "cook", "farmer"], ("unknown", "unknown")),
}  # fmt: skip
GRANDPARENTS = words("grandpa grandfather grandma grandmother granny gran grandad granddad nan")
# Words of TITLES that are no part of the name they stand before.
LOOSE_TITLES = words("old young little dear poor")

_MEN = (
    "man gentleman fellow chap lad boy youth father dad daddy papa pa son brother uncle nephew husband grandfather "
    "grandson king prince duke earl baron count lord squire knight monk friar priest clergyman vicar curate rector "
    "parson bishop minister footman butler valet groom coachman waiter porter policeman constable sergeant inspector "
    "detective soldier sailor officer captain colonel major general lieutenant admiral doctor surgeon lawyer "
    "solicitor barrister coroner judge magistrate merchant shopkeeper landlord host farmer gardener gamekeeper "
    "cabman driver coachman boatman fisherman smith blacksmith carpenter tailor baker butcher miller clerk "
    "professor schoolmaster tutor headmaster bridegroom widower bachelor guy bloke stepfather godfather "
    "son-in-law father-in-law brother-in-law grandpa foreman watchman postman messenger executioner "
    "emperor wizard sorcerer warrior swordsman giant dwarf ogre sheriff deacon cardinal pope rabbi chauffeur "
    "doorkeeper gatekeeper hunter huntsman woodcutter workman labourer laborer tramp beggar thief burglar "
    "pirate villain scoundrel rascal salesman steward sculptor painter poet philosopher scholar orator chieftain "
    "superintendent commander marquis viscount count cowboy ferryman milkman undertaker innkeeper"
)
_WOMEN = (
    "woman lady girl maid mother mum mummy mom mama mamma ma daughter sister aunt auntie niece wife grandmother "
    "granddaughter queen princess duchess countess baroness mistress nurse governess housekeeper housemaid "
    "parlourmaid chambermaid maidservant servant-girl waitress landlady hostess widow bride nun abbess matron "
    "schoolmistress actress witch stepmother godmother daughter-in-law mother-in-law sister-in-law grandma granny "
    "cook dressmaker laundress charwoman midwife heiress damsel lass lassie wench dame gentlewoman noblewoman "
    "empress enchantress goddess fairy spinster saleswoman stewardess hag crone gypsy milkmaid seamstress signora"
)
_EITHER = (
    "person child baby infant friend guest visitor stranger servant cousin companion neighbour neighbor patient "
    "teacher pupil student author writer artist musician singer dancer prisoner witness criminal murderer speaker "
    "listener narrator passenger traveller traveler tourist tenant owner master creature figure voice other one "
    "doctor lawyer secretary assistant reporter journalist pilot agent guard chief leader president chairman "
    "mayor ambassador scientist engineer operator robot customer client stranger newcomer lodger boarder invalid "
    "cook clerk parent twin sibling fiance fiancee lover sweetheart youngster kid teenager orphan ghost monster "
    "beast animal dog cat mouse rabbit bird bear lion horse caterpillar turtle frog fish pigeon duck owl "
    "wolf fox donkey pig tiger mole rat toad badger otter hare lizard"
)
PERSON_NOUNS: dict[str, tuple[Gender, Age]] = {
    **dict.fromkeys(_EITHER.split(), ("unknown", "unknown")),
    **dict.fromkeys(_MEN.split(), ("male", "adult")),
    **dict.fromkeys(_WOMEN.split(), ("female", "adult")),
    **dict.fromkeys(["boy", "lad"], ("male", "child")),
    **dict.fromkeys(["girl", "lass", "lassie"], ("female", "child")),
    **dict.fromkeys(["child", "baby", "infant", "kid", "youngster"], ("unknown", "child")),
    **dict.fromkeys(["youth", "bridegroom"], ("male", "young")),
    **dict.fromkeys(["bride", "damsel"], ("female", "young")),
    **dict.fromkeys(["grandfather", "grandpa"], ("male", "elderly")),
    **dict.fromkeys(["grandmother", "grandma", "granny", "crone", "hag"], ("female", "elderly")),
    "doctor": ("unknown", "adult"), "master": ("male", "adult"), "fiance": ("male", "young"),
    "fiancee": ("female", "young"), "chairman": ("male", "adult"),
}  # fmt: skip
KIN = words(
    "father mother dad daddy mum mummy mom papa mama mamma pa ma son daughter brother sister uncle aunt auntie "
    "nephew niece husband wife grandfather grandmother grandson granddaughter grandpa grandma granny cousin "
    "stepfather stepmother godfather godmother father-in-law mother-in-law brother-in-law sister-in-law "
    "son-in-law daughter-in-law fiance fiancee parent twin"
)
GROUP_NOUNS = words(
    "men women gentlemen ladies boys girls children people crowd others brothers sisters parents daughters sons "
    "guests servants maids officers soldiers sailors policemen friends cousins aunts uncles couple company party "
    "everybody everyone both all audience jury family twins pair villagers visitors creatures animals voices they"
)
# In a quotation, what one calls another without a name.
FORMS_OF_ADDRESS: dict[str, Gender] = {
    **dict.fromkeys(["sir", "mister", "father", "papa", "dad", "daddy", "pa", "uncle", "boy", "lad", "sonny", "mate", "man", "fellow", "chap", "brother", "son", "monsieur", "gentleman", "captain", "colonel", "major", "guv'nor", "milord"], "male"),
    **dict.fromkeys(["ma'am", "madam", "madame", "miss", "missus", "mother", "mamma", "mama", "mum", "mummy", "mom", "aunt", "auntie", "girl", "lady", "sister", "daughter", "mademoiselle", "milady", "ladyship"], "female"),
    **dict.fromkeys(["dear", "darling", "love", "dearest", "sweetheart", "honey", "child", "friend", "doctor", "cousin", "nurse"], "unknown"),
}  # fmt: skip

PRONOUNS: dict[str, Gender] = {"he": "male", "she": "female"}
MALE_FORMS = words("he him his himself")
FEMALE_FORMS = words("she her hers herself")
FIRST_PERSON = "I"

# ---------------------------------------------------------------- words that are no names

NOT_NAMES = words(
    "i monday tuesday wednesday thursday friday saturday sunday january february march april may june july august "
    "september october november december christmas easter god heaven lord jesus christ almighty providence fate "
    "english french german italian spanish american british irish scotch scottish welsh roman greek latin russian "
    "chinese japanese indian african european dutch turkish jewish christian catholic protestant mohammedan "
    "england france germany italy spain america britain ireland scotland wales rome greece russia china japan india "
    "africa europe london paris york london's street road square park house hall hotel church chapel cathedral "
    "college university school station river lake sea ocean mount mountain hill hills wood woods forest island "
    "north south east west northern southern eastern western chapter book part volume section preface contents "
    "introduction appendix epilogue prologue act scene note the a an and but or nor so yet for if when while though "
    "although because since until unless as at by from in into of off on onto out over to under up upon with "
    "without after before about above across against along among around behind below beneath beside besides "
    "between beyond down during except inside like near outside past through throughout toward towards within "
    "he she it they we you me him her us them his hers its their theirs our ours your yours my mine this that these "
    "those who whom whose which what where why how there here then now not no yes oh ah eh aye nay well why what "
    "good bad very much many more most some any all every each both few several such same other another one two "
    "three four five six seven eight nine ten first second third last next only just even still never always often "
    "perhaps maybe indeed really quite too also again once twice please thanks thank come go look see listen wait "
    "stop let do does did have has had be is are was were will would shall should can could may might must "
    "dear poor old young little great ladies gentlemen sir madam ma'am hullo hallo hello goodbye bye nonsense "
    "certainly exactly precisely quite rather sure surely suppose supposing true alas bravo hurrah hush damn hang "
    "bless confound nothing something anything everything nobody somebody anybody everybody everyone someone anyone "
    "none neither either however therefore moreover meanwhile presently suddenly finally afterwards later soon "
    "today tomorrow yesterday tonight morning evening night afternoon noon midnight day week month year o "
    "mr mrs miss ms dr st messrs having being seeing hearing looking turning taking making coming going nature "
    "sabbath bible testament parliament government state states majesty highness honour honor excellency lordship "
    "ladyship grace worship hm hmm um er ugh ha hah ho hey hi ok okay wow gosh jove george's begad egad pshaw tut "
    "pooh-pooh fie psst whoa ave avenue lane court gate bridge castle tower inn club theatre museum gallery bank "
    "office company co ltd inc army navy regiment police whatever whoever whenever wherever whether than till "
    "mon ami ma foi oui non ja nein si merci bonjour eureka amen sunday's latin's"
)
# A name right behind one of these is mostly a place.
PLACE_BEFORE = words("in at near into from towards toward to through of")
# Given names that are common words too: at the head of a sentence they name nobody.
ALSO_WORDS = words(
    "will may mark grace hope faith joy rose art frank dawn summer an so long see love bless my man in do le ho wan than "
    "jack bill pat rob sue don ray drew chase grant chance price rich dick miles earnest noble major king prince "
    "pearl ruby ivy violet lily daisy heather holly iris olive hazel ginger amber crystal jewel star sky april june "
    "august may eve merry carol robin martin harry buck cliff dale glen heath reed lance guy gene dean earl duke royal "
    "young early little page paris sydney florence virginia georgia carolina india asia china brooke lane"
)
NAME_JOINERS = words("de du des la le van von der den di da del della of the o' al el bin ibn y")

# ---------------------------------------------------------------- given names

# Short and pet forms of given names: form -> full names.
_PET_NAMES = (
    "abby:abigail alec,alex,alick,sandy:alexander allie:alice andy,drew:andrew angie:angela annie,nan,nancy,nannie:ann,anne,anna "
    "archie:archibald arty:arthur babs,barbie:barbara bea,trixie:beatrice becky,becca:rebecca bella,belle:isabella,arabella,isabel "
    "ben,benny,benjie:benjamin bernie:bernard bert,bertie:albert,herbert,robert,hubert,bertram,gilbert bess,bessie,beth,betsy,betty,eliza,elsie,libby,lisa,liz,liza,lizzie,lizzy:elizabeth "
    "bill,billy,will,willie,willy:william bob,bobbie,bobby,rob,robbie,robin:robert cathy,kate,katie,katy,kathy,kit,kitty,cat:catherine,katherine,kathleen,katharine "
    "carrie,caro:caroline charley,charlie,chuck:charles chris,kit:christopher,christine,christian chrissie,tina:christina,christine cissy:cecilia,cecily clara:clarissa connie:constance "
    "dan,danny:daniel dave,davy:david debbie:deborah dick,rick,ricky,dickie,richie:richard dolly,dora:dorothy,theodora dot,dottie:dorothy ed,eddie,ned,ted,teddy:edward,edmund,edwin ellie,nell,nellie,nelly,nora:eleanor,helen,ellen,elinor,honora "
    "em,emmy:emma,emily evie:evelyn,eve,eva fan,fanny,frankie:frances flo,florrie,flossie:florence frank,fred,freddie,freddy,frankie:francis,frederick,alfred "
    "fred,freddie,freddy:frederick,alfred,frederic gabe:gabriel gerry,jerry:gerald,jeremiah,jerome,gerard gina:regina,georgina greg:gregory gertie,trudy:gertrude gus:augustus,gustav "
    "hal,harry,hank:henry,harold,harrison hattie,hetty:harriet,hester,henrietta ike:isaac jack,johnny,jock,jackie:john jake:jacob jim,jimmie,jimmy,jem,jamie:james "
    "jane,janey,jenny,jennie,jen:jane,jennifer,jennie,janet jess,jessie:jessica,jessamine joe,joey,jos:joseph,josiah josie,jo:josephine judy:judith julie:julia,juliet ken:kenneth kay:katherine "
    "larry:lawrence,laurence lottie,charlie:charlotte lou,louie:louis,louisa,louise lucy,lulu:lucia,lucille,lucinda,lucy maggie,madge,meg,peg,peggy,daisy,margie,rita,greta:margaret "
    "mandy:amanda marty:martin mat,matt:matthew mattie,tilda,tilly,maud:matilda,martha max:maximilian mick,mickey,mike,mikey:michael millie,milly:mildred,millicent,emily minnie:minerva,wilhelmina,mary "
    "moll,molly,polly,mamie,may:mary nat,nate:nathaniel,nathan nick,nicky:nicholas noll,ollie:oliver pat,paddy:patrick,patricia patty:martha,patricia pete:peter phil,pip:philip,phillip "
    "rafe:ralph ray:raymond reg,reggie:reginald ron,ronnie:ronald,veronica rosie:rose,rosemary,rosalind rudy:rudolph sadie,sally,sal:sarah sam,sammy:samuel,samantha "
    "si:simon,silas sid:sidney sophy:sophia,sophie stan:stanley steve:stephen,steven stella:estella sue,suky,susie,suzy:susan,susanna,susannah tess,tessa:theresa,teresa tim:timothy toby:tobias tom,tommy,thom:thomas "
    "tony:anthony,antony val:valentine,valerie vicky:victoria vic:victor viv:vivian wally,wat,walt:walter winnie:winifred zach,zack:zachary kate:catherine,katherine dex:dexter"
)


def full_names(form: str) -> frozenset[str]:
    """The given names (lower case) that a short form may stand for; empty where it is none."""
    return _pet_table().get(form, frozenset())


@cache
def _pet_table() -> dict[str, frozenset[str]]:
    table: dict[str, set[str]] = {}
    for entry in _PET_NAMES.split():
        forms, _, full = entry.partition(":")
        for short in forms.split(","):
            table.setdefault(short, set()).update(full.split(","))
    return {short: frozenset(full) for short, full in table.items()}


@cache
def _leans() -> dict[str, float]:
    rows = (
        resources.files("novelcast.script.english")
        .joinpath("given_names.tsv")
        .read_text("utf-8")
        .splitlines()
    )
    return {name: float(lean) for lean, names in (r.split("\t") for r in rows[1:]) for name in names.split()}


def name_lean(given: str) -> float:
    """Log-odds that somebody of this given name is a man (positive) or a woman; 0 where it is not known."""
    given = given.lower()
    if given in _leans():
        return _leans()[given]
    full = [_leans()[n] for n in full_names(given) if n in _leans()]
    return sum(full) / len(full) if full else 0.0


def is_given_name(word: str) -> bool:
    return word.lower() in _leans() or bool(full_names(word.lower()))
