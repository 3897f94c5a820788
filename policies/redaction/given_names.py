"""Given names, in lower case. Data alone.

Of the US Census of 1990, which is in the public domain, of mimesis, and of our own knowledge where
neither has any. Left out is what is also a common word, a place, a month or the name of a product, in
English or in the language of the name.

mimesis is under the MIT License, Copyright (c) 2016-Present Isaak Uchakaev (Likid Geimfari): Permission
is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without
limitation the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of
the Software, and to permit persons to whom the Software is furnished to do so, subject to the following
conditions: The above copyright notice and this permission notice shall be included in all copies or
substantial portions of the Software. THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND,
EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A
PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR
ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
"""

from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


GIVEN_NAMES: Final = _words(
    """
    aada aadolf aage aake aale aaliyah aaltje aapeli aapo aappo aaradhya aarao aarav aare aarne aarni
    aarno aaro aaron aarre aarão aarón aasa aase aatami aatos aatto aatu aava aave ababa abbe abbey abbi
    abbie abby abdallah abdel abdelaziz abdelkader abdelkrim abdellah abdelrahman abdi abdias abdoul
    abdoulaye abdul abdulaziz abdulkadir abdullah abdullahi abdulrahman abdurrahman abe abeba abel abela
    abelard abelardo abell abena abert abhishek abidin abigael abigail abilio abiodun abra abraao abraham
    abrahám abram abramo abrao abraão abrão absalao absalon absalão abso absolon abundio abílio acacio
    achille acke acácio adaeze adah adail adalbert adalberta adalberto adalgisa adalia adaline adalynn
    adam adamastor adame adamo adan adao adar adauto addar adde addi addie addison addolorata addy adebayo
    adel adela adelaida adelbert adele adelheid adelia adelin adelina adelinda adeline adelino adelio
    adelita adell adelle adelmo ademar ademir adena adeodato aderito adiam adie adiel adile adin adina
    adis aditi aditya adla adler admir admira adna adnan adolf adolfa adolfina adolfine adolfo adolph
    adonai adone adonias adonis ador adoracion adorjan adorján adria adriaan adriaen adrian adriana
    adriane adrianna adrianne adriano adrianus adriao adriel adrien adriena adrienn adrienne adrián
    adriána adrião advik adwoa adão adèle adél adéla adélaïde adélia adélio adérito aeneas affonso afonso
    afonya afra africana africano afrodita afrodite afrodité afrodyta afton agan agapito agata agatha
    agathe agathon agaton agda agenor agge aggi aggie aghi agna agnar agne agnella agnelo agner agnes
    agnesa agnese agneta agnete agnetha agni agnieszka agnès agonia agostina agostinho agostino agoston
    agota agripina agrippa agron agueda agur agus agustin agustina agustín agáta ahana ahmad ahmed ahmet
    ahti ahto ahvo aicha aida aidan aiden aija aiko aila aileen ailene aili ailo aima aimar aimee aimi
    aimo aimon aimée ainara ainhoa aini aira airi airin airo airon airton aisa aischa aisha aita aitana
    aitor aiva aivo aixa ajay ajla ajna akash aken akif akiko akim akira akke akosua akram aksel akseli
    akshay aladar aladdin aladin aladino aladár alaide alain alaina alan alane alanna alano alanus alari
    alaric alarico alarik alasdair alaíde alba alban albana albane albano alberich alberico albern albert
    alberta alberte albertina albertine albertino alberto albertus albin albina albinus albion albrecht
    albrekt albret albín albína alcibiades alcibíades alcides alcina alcindo alcino alda alde alden aldina
    aldis aldo aldobrandino aldona aldonza aldous alea alec alecia aleen alegra aleida aleixo alejandra
    alejandrina alejandro alek aleks aleksa aleksandar aleksander aleksandr aleksandra aleksanteri aleksei
    aleksej aleksey aleksi aleksis aleksy alena alenka ales alesha alesia alessa alessandra alessandrina
    alessandro alessia alessio aleta aletha alethea aletta alev alex alexander alexandr alexandra
    alexandre alexandrin alexandrina alexandrine alexandrino alexandro alexandros alexandru alexei alexej
    alexey alexi alexia alexis alexius alexy aleyna aleš alfar alfeo alfeu alfie alfieri alfine alfio
    alfon alfons alfonsa alfonsina alfonso alfonz alfonzo alfred alfreda alfredia alfredo alfréd alfréda
    alger algernon algot ali alia alica alice alicia alicja alida aliena aliisa alija alika alina alinda
    aline alipio alireza alis alisa alise alisha alisia alison alissa alisson alistair alita alito alivio
    alix aliya aliyah aliz aliza alizee alizée aliénor aljona aljoscha alka allan allegra allegria allena
    allert alli allie alline allis allison ally allyn allyson alma almar almara almaz almer almerinda
    almina almir almira almudena almut alois aloise aloisie aloisio alojz alojzy alona alondra alonsa
    alonso alonzo aloysius aloísio alper alphons alphonse alphonso alpi alpo alrik alsing altagracia altan
    althea altina altino alton altti alva alvara alvari alvaro alver alvi alvilda alvin alvina alvino
    alvis alvise alwin alwine alya alyce alycia alys alyse alysha alyson alyssa alzbeta alzira aléna
    alícia alípio alívio alžběta amada amade amadea amadeo amadeu amadeus amadeusz amadis amado amador
    amadé amaia amal amalia amalie amancio amand amanda amandine amandio amando amandus amanuel amara
    amarant amaranta amarildo amarilla amaro amata amauri amaury amavel amaya ambra ambre ambrogio
    ambroise ambros ambrose ambrosi ambrosio ambrosius ambroz ambrozja ambrozy ambroży ambrož ambrósio
    amedee amedeo amee amel amela amelia amelie americo amerigo amet amidala amilcar amilia amin amina
    aminata aminta amintore amir amira amit amitabh amon amorim amos amparo amundi amy amália amálie amáta
    amável amâncio amândio amédée amélia amélie américo amílcar amír amós anabel anabela anabella anabelle
    anacleto anael anais analia analice analisa analise analía anamaria anand ananda anania ananias anas
    anastacia anastasia anastasio anastasius anastasiya anastazie anastazja anastácia anastázie anatol
    anatole anatoli anatolia anatolie anatoly anatólia anaya anaïs anca ancel ande andel andela andelin
    andera anders anderson andi andine andino ando andor andorf andras andre andrea andreas andree andreea
    andrei andreia andreina andreja andreo andres andresa andrew andrey andreína andri andria andries
    andrin andris andriy andro andromeda androméda andrus andrzej andrás andré andréa andréas andrée
    andrés andy andzelika anděl anděla andżelika anea anela anelma aneta aneth anett anetta anette anezka
    anežka ange angela angele angelia angelic angelica angelika angeliki angelina angelino angelita angell
    angelo angi angie angiola angioletto angiolina angiolo angèle angéla angélico angéline angélique anh
    ania anibal anica aniceto anie aniek aniela aniello anife anik anika aniket aniko anikó anil anila
    anina anisa anisha anisio anissa anita anitra anitta anja anjali anjelica anka anke ankit ankita anna
    annabel annabell annabella annabelle annabeth annalena annalisa annalise annamari annamaria annamarie
    annamária annar annarita annarosa annas anne annea annegret anneke annele anneli annelie annelies
    anneliese annelin annelise annelle annemari annemarie annerose annes annett annetta annette annibale
    annica annice annick annie anniek anniina annik annika annikka annikki annille annina annis annita
    annmarie annukka annunciata annunziata anny anor anouar anouchka anouk anselm anselma anselmi anselmo
    ansgar anssi antao antea antenor antero anthea anthon anthonie anthonius anthony antigona antigone
    antioco antione antionette antje anto antoine antoinette anton antone antonela antonella antonello
    antonetta antonette antoni antonia antonie antonieta antonietta antonija antonin antonina antonine
    antonino antonio antonios antonius antoniusz antons antony antonín antti antto antton anttoni antun
    antwan antão antónia antónio anunciacao anunciada anunciação anund anup anushka anuska anvar anwar
    anya anália aníbal anísio aoife aparicio aparna aparício apolena apolinario apolinário apollinare
    apolline apollonia apolo apolonia apolónia appia apríl aquila aquiles aquino arabela arabella araceli
    aracely aram aramis aran aranka arantxa aranya arash arber arbi arbo arcangelo arcanjo arcelia
    archibald archie arcilla arda ardell arden ardis ardith ardo arduino arek arendt aret areta aretha
    aretino argelia argemiro ariadna ariadne arian ariana ariane arianna arianne arica arie ariela ariella
    arielle arif arijana arik arin arina arine arion ariosto aris arisa aristide aristides aristoteles
    aristóteles arita arja arjan arjun arkad arkadi arkady arkád arla arleen arlen arlena arlene arleta
    arlete arletta arlette arletty arlie arlinda arlindo arline arlo arly arman armand armanda armande
    armando armani armel armelle armenio armida armide armin armina arminda armindo armo armon armond
    arménio arnald arnaldo arnar arnau arnaud arndt arne arnes arnet arnette arnhild arnika arno arnold
    arnolda arnoldo arnoldus arnor arnost arnošt arnt arnulf arnulfo arny aroldo aron arona aronia aronne
    arpad arpád arquimedes arrigo arron arsen arsene arseni arsenio arsi arsène arsénio arta artem
    artemisa artemisia artemísia arthur artie artin artjom arton arttu artturi artur arturo artus artuš
    artúr arun aruna arve arved arvi arvid arvida arvin arvind arwen arya aryan arzen asa asad asaf asan
    asbjorn asbjørn ascella ascensión ascenso asdrubal asdrúbal asger asha ashanti ashish ashlee ashleigh
    ashley ashlyn ashok ashton ashwin asier asko aslak aslaug asli aslog aslög asma asmo asmund asmus asne
    assa assar asser assia asso assunta astra astri astrid astrit astrup asuka asuncion asunción asía
    ataide atakan atala atalaya atanas atanasio atanásio ataíde atena athanasios athanasius athenais
    athene athina athos athénaïs atika atila atina atla atlasz atli atro atso atsushi atte attila attilio
    aubin aubree aubrey aude auden audie audin audis audra audrey audun auen auer augusta auguste augustin
    augustina augustine augustinus augusto augustyn augustyna auke aukusti auli aulikki aulis aulus auno
    aurea aurel aurela aurele aurelia aurelian aureliana aureliano aurelie aurelien aurelio aurelius aureo
    auris aurèle aurélia aurélie aurélien aurélio auvo avelina avelino aventino avery avin avle avni
    avraham axel axelle axeln ayaka ayako ayan ayana ayanna ayaz aydan aydin ayesha aykut ayla aylin ayman
    aymen aymeric ayoub ayres ayse aysel ayten ayumi ayşe azalee aziza azora azra azrael azucena azur azzo
    azzurra aída aïcha baard babatunde babeta babett babetta babette badis badr bagge baiardo baki balazs
    balbina balbino balda baldassare balder baldomero baldor baldovino balduino baldur balduíno balint
    ballard balo baltasar baltazar balthazar baltzar baltzer balveer balz balzsam balázs bambang bambi
    banke banu baptista baptiste barabas barabáš barak baran baranka barbar barbara barbarella barbaro
    barbera barbie barbora barbra barbro barcino bardon barend barette barka barnabas barnabe barnabáš
    barnabé barney barni baro barrett barri barrie barry barsony bart bartek barthold bartholomeus
    bartlomiej bartol bartoli bartolo bartolome bartolomej bartolomeo bartolomeu bartolomeus bartolommeo
    bartoloměj bartosz bartłomiej baruk basia basile basilia basilio basma basri bassam bastiaan bastian
    bastiao bastien bastião basílio batista battista batuhan bautista bayram bazyli beate beatrice beatrix
    beatriz bebe becki beckie becky beda bedri bedrich bedriska bedřich bedřiška beethoven begona begoña
    begüm bela belarmino belchior belen belinda belisario belisário belkis bellina bellino belma belmar
    belmiro beltran beltrano belva belén ben benat bendix bendt benedek benedetta benedict benedicta
    benedicte benedicto benedictus benedikt benedikta benedikte benedita benedito benedykt benedykta
    benevenuto bengt bengta beni beniamin beniamino benicio benigna benigno benita benito benjamim
    benjamin benjamina benjamine benjamín benjámin benna bennett benno benny benoit benoni benoît benta
    bente benthe bentley bento benton benvinda benvindo benyamin benício beppe bera berardo berendt
    berengar berengere berenice berenika berent berglind bergmann berit berk berkan berkay berke berly
    berna bernadeta bernadete bernadett bernadetta bernadette bernadine bernard bernarda bernardina
    bernardine bernardino bernardo bernardus bernat bernd berndt berner bernhard bernharda bernhardt berni
    bernice bernie berniece bernita bernt berny bernát bersi bert berta bertalan berte bertel bertha
    berthe berthold bertie bertil bertille bertin bertina bertino berto bertold bertolda bertoldo
    bertolino berton bertram bertrand bertrando bertta beryl besar besim bess besse bessie beth bethanie
    bethany betina beto betsabe betsabé betsey betsy betta bette betti bettie bettina bettino betty bettye
    betul betül beulah beverley beverly beáta beñat bhavna biagio bianca bianka bibiana bibor bich bilal
    bilel bille billi billie billy bina bionda birger birgit birgitt birgitta birgitte birita birna birsen
    birte bise bita bitta bivoj bjarke bjarne bjarni bjork bjorn bjorne björk björn bjørn bjørne blahoslav
    blahoslava blaine blaise blake blanche blandina blanka blazej blazena blažej blažena blek blenda
    blesse blinda blondina bluette blythe blín boaventura boaz boban bobba bobbi bobbie bobby bobette
    bodil bodo bodza boel bogdan bogi boglarka boglárka bogna bogumil bogumila bogumił bogumiła boguslaw
    boguslawa bogusław bogusława bohdan bohdana bohumil bohumila bohumir bohumira bohumír bohumíra bohun
    bohus bohuse bohuslav bohuslava bohuš bohuše boie bojan bojana bolde boldizsar boldizsár boleslava
    boleslaw boleslawa bolesław bolesława bolla bolli bolonia bona bonar bonaventura bonde bondi bonifac
    boniface bonifacio bonifacy bonifác bonifácio bonnie borbala borbála borek borgar borge bori boris
    borislav borivoj borja borka boroka borostyan borostyán borys boróka bosi bosko botond boubacar
    boudewijn bovi boyce boyd boye bozena bozenka bozidara bozydar bořek bořivoj bożena bożenka bożydar
    božena božidara brad bradamante bradford bradley bradly brady brage bragi brahim bram branda brandao
    brande brandi brandie brando brandon brandão branimir branislav branislava branka brant brantley bras
    bratislav braulio brayan brayden breanna bregje brena brenda brendan brendon brenna brenno breno brent
    brenton bretislav bretislava brett brian briana brianna brianne brice bridget bridgett bridgette
    brigette brigid brigida brigido brigit brigita brigite brigitta brigitte brinda briosa brisa brita
    britany brite brites britney britni britt britta brittani brittany brittney britz briza brizio brock
    brodd broder broderick brody bronislav bronislava bronislaw bronislawa bronisław bronisława bronwen
    bronwyn brook brooke bruce brummer bruna brunella brunetta brunhild brunhilda brunhilde bruni brunilda
    bruno brunon bruse bryan bryant bryce brygida brynhild brynja brynjar brynlee brynn bryon brás bráulio
    brígida brígido brünhild budi budislav buford buket bula burak burcu burhan burkhard burma burt byron
    bálint bánk bára bárbara bárbaro bársony bärbel bård béda béla bénédict bénédicte bérengère bérénice
    béta bíbor bína bóris børge běla błażej břetislav břetislava cacilda cacilia cacilie caetana caetano
    cafer cagla caglar caia caim caio caitlin caitlyn cajetan cajsa calandra calandre caleb cali calida
    calista calisto callan callie callisto callum cally calogera calogero calvin calvina calvino camellia
    cameron camil camila camilla camille camillo camilo cammie cammy camélia canaan candace candelaria
    candi candice candido candie cansu cappi caren carey carice caridad carie carilla carin carina carine
    carisa carissa carita caritas carito carl carla carleen carlene carletta carley carli carlie carlijn
    carlita carlo carlomagno carlos carlota carlotta carlton carly carlyn carman carmel carmela carmelina
    carmelita carmella carmelo carmen carmencita carmim carmina carmine carminho carmon carol carola
    carole carolee caroline caroll carolus carolyn carolyne caron carona carrie carrol carroll carson
    carsten carter cary caryn casandra casar cascata caseario casey casimir casimira casimiro cason
    cassandre cassi cassiano cassie cassio cassy casta castor catalina catarina catarino caterina
    catharina catharine catherin catherina catherine cathey cathie cathleen cathrin cathrine cathryn cathy
    catia catilina catina cato caton catrice catrin catrina cayla cecelia cecil cecila cecile cecilia
    cecilie cecilio cecily cecylia cecília cecílie cecílio cedric cedrick cedrico cedrik celeste celestin
    celestine celestino celestyna celia celian celie celina celine celio celsa celso cemal cenek cengiz
    cenk cenka cereja ceren ceri cesar cesara cesare cesaria cesarina cesario cesaro cesira cestmir
    cestmira cesária cesário cettina ceyda ceylan cezar cezary chad chadwick chae chahine chaim chaima
    chale chalina chan chanda chandra chanel chanelle chang chano chantal chantale chante chantel
    chantelle chara charin charis charissa charisse charita charite charl charleen charlene charles
    charley charlie charline charlize charlot charlott charlotta charlotte charly charlyn charmaine charo
    charro chas chasity chau chauncey chavela chayenne chelsey chelsie chema chere cheri cherie cherly
    chery cheryl cheryle chester chet chetan cheyenne chiamaka chiara chidi chidinma chieko chihiro
    chinedu chinwe chioma chiquita chloe chloé chloë chong chris chrissy christa christabel christal
    christel christelle christen christer christi christiaan christiana christiane christianne christie
    christin christina christine christl christof christofer christoffer christoper christoph christophe
    christopher christy chrysostomos chrystal chukwuemeka chung chval cian ciara cibele cicely cicero
    ciceron cidalia cidália ciera cihan cilio cilla cinderela cinderella cindi cindy cinna cinthia cintia
    cinzia cipra cipriana cipriano cira circe ciri ciriaco cirilo ciro cissi cissy citta cizina claas
    claes claire clara clare clarence claretta claribel clarice clarinda clarinha claris clarisa clarissa
    clarisse clarita clark clas clau claud claude claudette claudia claudiana claudie claudina claudine
    claudio claudius claus clayton clea cleide clelia clemencia clemens clemente clementina clementine
    clemmie clemência cleo cleonice cleopatra cleotilde clesio cleto cletus cleópatra clifford clifton
    clint clinton clio clive clodomiro clodoveo cloe clorinda clotilde clovis cloé clyde cléa clélia
    clémence clément cléo clésio clóvis codi cody coen colar colby cole coleen coleman coleta colete
    coletta colette colin coline colleen collen collette colombe colombina colton colville concepcion
    concetta concettina concha conchita conni connie conny conrad conrado consolacion consolación
    consolata constanca constance constancia constancio constantia constantin constantino constanza
    constanze constança constância constâncio consuela consuelo contessa cora coralie corazon cordelia
    cordell cordia cordula cordélia coreen corentin coretta corey cori corin corina corine corinna corinne
    corliss cornelia cornelie cornelio cornelis cornelius cornell cornélia corrado corrie corrin corrine
    cort cortez cortney cory cosette cosima cosimo cosmas cosme cosmo costantino costanza courtney
    courvoisier covadonga coy coyne craig creola crescenzo cris crisalida crispim crispin crissy cristal
    cristel cristian cristiane cristiano cristie cristin cristina cristine cristobal cristoforo criston
    cristopher cristos cristovao cristy cristóbal cristóvão crisálida crocetta crocifissa cruz csaba
    csenge csilla csipke ctibor ctibora ctirad ctirada cuneyt curcio currito curro cursino curt curtis
    custodio custódio cynthia cyntia cyprian cyprien cyprián cyrielle cyril cyrila cyrill czarek czeslaw
    czeslawa czesław czesława cándida cármen cássio cátia cândida cândido cäcilia cäcilie cäsar cæsar
    cécile cédric céleste célestin célestine célia céline célio césar cézar cícero cílio cíntia côme
    cüneyt daan daantje daavid dabney dacia dafne dafné daga dagmar dagmara dagna dagny dagobert dagur
    dahlia daiana daichi daina daisi daisuke daley dalia dalibor dalibora daliborka dalida dalie dalila
    dalimil dalli dalma dalva dalvin damaris damas damasceno damaso damian damiano damien damilola damin
    damion damir damita damián damiána damjan damon dana danae danek danelle danette dani dania danial
    danica daniel daniela daniele daniell daniella danielle daniil danijela danika danila danille danilo
    danique danita danièle daniël daniëlle danka danko danna dannie danny dante dantel danuse danusia
    danuta danuše dany daphne daphnee daphné daphnée dara darcel darcey darci darcy dareios darek darell
    daren daria darian darija darina darinka dario darius dariusz darja darko darla darleen darlene
    darnell daron darrel darrell darren darri darrick darrin darron darryl darwin daryl daría dasa
    dashiell dave davey davi david davide davin davina davino davis davud davut davy dawid dawit dawne
    dayana dayle dayna daysi dean deana deandre deane deangelo deann deanna deanne debbi debbie debera
    debi debora deborah debra debrah decimo decio declan deedee deena deepa deepak deepika defne deidra
    deidre deirdre deise deivid delal delana delbert delcie delena delfim delfina delfino delia delibab
    delicia delila delilah delina delio delma delmar delmer delmiro delois delores deloris delphine
    demarco demarcus demelza demeter demetri demetria demetrio demetrius demian demis deméter demétrio
    dena dener denes deni denice denis denisa denise denisse dennis dennise denny denys denyse denzel
    deodato deolinda deon derek derick derrick desamparados deshawn desideria desiderio desidério desiree
    desiré desirée desmond despina dessie destan destina detlef detlev detti devera devi devin devis
    devona devora devran dewayne dewey dewi dewitt dexter dezider dian diana diandra diane diann dianna
    dianne didi didier diedrich diega diego dierk dieterich dietlind dietmar dietrich digna dijana dikken
    dila dilan dilara dilek dilermando dillon dima dimas dimitar dimitri dimitrij dimitrios dimitris dimma
    dimos dina dinah dinand dinara dinarte dines dinesh dinh dinis dino dinora dinorah diná diogo dion
    dione dionisia dionizy dionne dionys dionyz dionísia dionýz dior dirce dirch dirk dirkje ditlev ditta
    ditte divina divis diviš divo divya diyar diána djalma djamel djamila djibril dmitri dmitry dobrava
    dobromila dobroslav dobroslava dodie dogan dolf dolli dollie dolly dolores doloris dolorita dolorès
    domenic domenico dominga domingas dominic dominica dominick dominico dominique domitila domitilla
    domokos domonkos domínico dona donald donalda donaldo donat donata donatella donatello donati donatien
    donato donatus dongwon donia donita donja donn donna donnell donnetta donnette donnie donny donovan
    donte donya donát donáta dora doralice dorcas dordi doreen doren dorene doretha doretta dori doria
    dorian doriana doriano dorico dorie dorina dorinda dorine doris dorit dorka dorota doroteia dorothea
    dorothee dorothy dorothée dorottya dorris dorrit dorsey dorte dortha dorthe dorthy dota dotta dottie
    dotty doubrava doubravka doug douglas douglass dounia doutzen douwe dov dovie dovra doyle dozsa draga
    dragana dragi dragomir drahomir drahomira drahomír drahomíra drahos drahoslav drahoslava drahoš drazen
    dren drina driss drude drusila drusilla druso duane dubravka duco dudley dudu duilio dulcie dulcina
    dulcinea dumitru duncan dunja dunya duran duri durin durval dusan dusana dusko dustin duva duílio
    dušan dušana dwain dwayne dwerg dwight dyan dylan dylana dzamila dália dániel dário dávid dáša dâmaso
    débora décimo décio délia délibáb délio dénes désirée dóra dóris dózsa džamila earle earlene earline
    earnestine easton ebba ebbi ebenezer eberhard ebony ebrahim ebru eckhard edda eddi eddie eddy edel
    edela edelgard edelmira edeltraud edeltrud edgar edgardo edie edil edipo edir edison edita edite edith
    edla edmee edmond edmonda edmondo edmund edmunda edmundo edmée edna edoardo edon edouard edra eduard
    eduarda eduardo edvaldo edvard edvarda edvige edvin edward edwardo edwin edwina edyta edythe eefje
    eeli eelin eelis eemeli eemil eerik eerika eerikki eero eetu eeva eevertti eevi effi effie efisio
    efraim efrain efren egas egbert egert egge eggert egidio egil egle egmont egon egona egor egídio ehsan
    ehud eigil eija eike eiko eila eileen eilert eilidh einar einari eini eino eira eirik eitan eivind
    eivor ejnar ekaterina ekes ekkehard ekow ekrem eladia elaina elaine elana elane elanor elayne elba
    elberg elbert elda eldar eldon eldora eldridge elea eleanor eleanora eleanore eleazar electra elektra
    elemer elemér elen elena elene eleni elenor elenora elenore eleonoora eleonor eleonora eleonore
    eleonóra elert eletta elettra eleuterio eleutério elfa elfi elfie elfriede elga elgar elia eliah eliam
    elian eliana eliane eliano elias elida elie eliel eliete eliezer elif eligio eliisa elija elijah
    elijas elin elinor elio eliodoro elion eliot eliott elis elisa elisabet elisabeta elisabete elisabeth
    elisabetha elisabetta elise eliseo eliseu elisha elisio eliska elissa elita eliz eliza elizabet
    elizabete elizabeth elizaveta elize elizebeth eliáš eliška eljas elka elke ellan elland ellena ellert
    ellery ellie ellinor elliot elliott ellis ellisa ellsworth ellu elly ellyn elmano elmar elmas elmer
    elmeri elmi elmin elmira elmo elmu elna elnora eloa elodia elodie eloi eloisa eloise elon elona elora
    elouise eloy eloá elpidio elpídio elroy elsa elsbeth elsebeth elsi elsie elson elsy elton elve elvi
    elvia elvie elviira elvin elvina elvio elvira elvire elvis elvíra elwira elwood elya elyas elysa elyse
    elza elzbieta eléonore elía elías elísio elói elżbieta emad eman emanuel emanuela emanuele emanuelle
    emaus emaús embla emeka emelia emelie emeline emely emeric emerich emerita emerson emery emese emidio
    emiko emil emila emile emili emilia emilian emiliana emiliano emilie emilien emilio emily emine
    emirhan emma emmanuel emmanuele emmanuelle emmeline emmet emmett emmi emmie emmitt emmy emoke emory
    emre emídio emília emílie emílio emőke enar encarnacao encarnacion encarnación encarnação endel endor
    endre enea eneas eneida eneko enel enes engelbert engelbrecht engelhard engin engla engracia enid
    eniko enikő enio enja enka ennio enno enoch enok enola enoque enora enric enrica enrichetta enrico
    enriqua enrique enriqueta ensar ensio enver enya enza enzo eoin eper epifania erasmo eray erazim ercan
    ercole erdal erdem erdogan eren ergin ergo erhard erhardt eriberto eric erica erich erick ericka erico
    erik erika erin erina erine erinn eris erisa erja erkki erkko erland erle erlen erlend erlendur
    erlinda erling erma ermal ermanno erme ermelinda ermengarda ermes ermete erminia erminio erna ernest
    ernesta ernesti ernestina ernestine ernesto ernie erno ernő erol eron erona erra errol ersan ersilia
    ertan ervin ervín erwan erwann erwin eryk eryka eryn erza erzsebet erzsébet esad esaias esat esau esaú
    esben esin eske eskil esko esma esme esmee esmeralda esmeraldo esmée espen esra essie estacio
    estanislau esteban estebana estefan estefania estefanía estefânia estela estelita estella estelle
    esten ester estera esteva estevan estevao estevão esther eston estrellita estácio estêvão eszter etan
    etel etela etelka etelvina ethan ethel etienne etsuko etta ettore euan euclides eudora eufemia eufémia
    eugen eugena eugene eugenia eugenie eugenio eugenius eugène eugénia eugénie eugénio eula eulalio
    eulália euna eunice eunji euphemia eura eurico euridice eurídice eusebia eusebio eusebius eustachio
    eustachy eustaquio eustáquio eva evald evaldo evan evandro evangelina evangeline evangelista evar
    evaristo eve evelien eveliina evelin evelina eveline evelyn evelyne everaldo everardo everett everette
    everin everleigh everly evette evey evgenij evgeniy evgeny evia evian evie evina evind evita evonne
    evzen evzenie evžen evženie ewald ewan ewelina ewen excelsa expedito eymen eyup eyvind eyüp ezechiel
    ezekiel ezequiel ezgi ezio ezra faas fabia fabian fabiana fabiano fabie fabien fabienne fabio fabiola
    fabián fabiána fabrice fabricia fabricio fabrizia fabrizio fabrícia fabrício fabíola facan facundo
    fadi fadila fahej fahri fahéj faisal falcao falco falcão falk falka falko fallon famke fani fanna
    fanni fannie fanny fantina fantine faouzi farah farfalla farhad farhan farid farida faris farman faron
    farouk farrah faruk fasti faten fathi fatih fatima fatimah fatma fatoumata fausta faustin faustina
    faustine faustino fausto faustyna fawzi faya faye febe fedde federica federico fedor fedra fehim fehmi
    felda felecia felicia feliciana feliciano felicie felicien felicio felicissimo felicita felicitas
    felicja felicíssimo feliks felipa felipe felippe felisa felisberto felisha felix felizitas felton
    felícia felício fema femi femke fenna fenne ferdi ferdinand ferdinanda ferdinando ferdynand ferenc
    fergus ferhat feri ferid ferida ferit fermin fermina fernanda fernande fernandina fernando ferrand
    ferre ferrer ferruccio feti feyza fiamma fiammetta ficke fidan fidel fidela fidele fidelia fidelio
    fides fido fidélia fieke fien fikret filadelfia filaret filemon filiberto filino filinto filip filipa
    filipe filipina filipo filipp filippa filippus filomena filomeno filoména filumena finlay finley finn
    finne finney fiola fiona fionn fiorella fiorello fiorenza fiorenzo fiorina firas firat firmino firmo
    fjolla flavia flavie flavien flavio flavius fleta fletcher floortje florbela flore florenca florencia
    florencio florent florentin florentina florentine florentino florença floria florian floriana floriane
    florinda florine floris florián florrie flossie floy floyd flynn flávia flávio flóra fobe folake fonda
    fonn forni forrest fortino fortunat fortunata fortunato fosca fouad fradique fran frana frances
    francesca francesco franchesca francina francine francis francisca franciscus franciska franciszka
    franck francois francoise franjo frank franka frankie franklyn fransiska frantisek františek frantz
    franz franziska françois françoise frauke fraulein fred freda freddie freddy frede frederic frederica
    frederick fredericka frederico frederik frederika frederike frederikke frederique frediano fredo
    fredric fredrick fredrik fredy freeda freek freeman freia freida freira frescura freyja freyr frid
    frida fridolin fridrich frieda friede friedemann friederike friedhelm friedrich frigg frigga frigyes
    friso fritz fritzi froken frommhold frosti fruzsina fryd fryderyk fryderyka fráňa fräulein frédéric
    frédérique frída frøken fuad fuensanta fujiko fulgencio fulgêncio fulop fulvia fulvio fumiko fundin
    funi funmilayo furkan fynn fábia fábio fácán félicia félicien féline félix fönn fúlvio fülöp főbe gabi
    gabin gabino gabor gabriel gabriela gabriele gabriella gabrielle gabriël gael gaelle gaetan gaetana
    gaetano gail gaja gajo galamb galeno galiana galiano galilea galileo galileu galina galle gallus gamal
    gamaliel garen gareth garfield garin garland garnett garret garrett garri garry garth gary gase gaspar
    gaspard gaspare gasparo gasse gastao gaston gastone gastão gaudencio gaudêncio gaula gaurav gautam
    gauthier gautier gavin gavino gawel gaweł gaye gayla gayle gaylord gaétan gaël gaëlle gaëtan gašpar
    gebhard gedeao gedeon gedeão geert geeta geir gejza gellert gellért geltrude gema gemella gemma genaro
    genc genciana gene generosa genesio genevieve geneviève genia genna gennadi gennady gennaro genny
    genoveffa genovese genoveva genowefa genti genésio geoffrey georg george georges georgeta georgette
    georgi georgiana georgianna georgie georgina georgine georgios georgius georgy geovana gerald geralda
    geraldina geraldine geraldo gerard gerarda gerardina gerardo gerardus gerbera gerberto gerd gerda
    gerdi gerdt gere geremia gergo gergő gerhard gerharda gerhardt gerhild gerli gerlinde gerlof germain
    germaine germana germano germar germund gernot gerold geronimo gerri gerrit gerry gerson gert gerta
    gerti gertie gertraud gertrud gertruda gertrude gertrudes gertrudis gerty gervasio gervaso gervásio
    gerwazy gesine gestar gesztenye geting getulio getúlio geza ghassan gheorghe ghislain ghislaine ghita
    ghulam giacinta giacinto giacobbe giacomo giada giambattista giampaolo giampiero giana giancarlo
    gianfranco giani gianina gianluca gianluigi gianmarco gianmaria gianna gianni giannina giannino
    giannis gianpaolo gianpiero gideon gidget giel gienek gienia gigi gigliola gijs gijsbert gil gilbert
    gilberta gilberte gilberto gilda gilde gildo gileade giles gille gilles gillian gilma gilmar gils
    gimeno gina ginebra ginette ginevra ginny gino gioacchino gioachino gioconda gioele giona giordana
    giordano giorgia giorgina giorgino giorgio giosue giosuè giovana giovanna giovanni giraldo girao
    girish girolamo girão gisa gisela giselda gisele giselher gisella giselle gislaine gisle gissel gisèle
    gita gitana gitta giuditta giulia giuliana giuliano giulietta giulio giuseppa giuseppe giuseppina
    giustino giusy giza gizela gizella gizem gladys glanville gleb glen glenda glendora glenn glenna
    glennie glennis glinda gloria glorie gloriosa glynis gniewko godert godiva godofredo goffredo gokhan
    golda goldie golle golo goma goncalo gonzalo gonçalo gopal goran gorazd gordan gordana gordon gorel
    gorica gorka goro gosta gothard gottfried gotthard gottlieb gottschalk gotz govind gower gozde gracia
    gracian graciana graciano gracie graciela graciliano gracinda graciosa gracián gracja grady graeme
    graham graig grainne grani granit granville grayson graziana graziano graziela graziella grazyna
    grażyna greg gregario gregers gregg gregoire gregor gregoria gregorio gregorius gregory gregório gren
    grep gret greta gretchen grete gretel grethe grethel gretta greyson grigori grisel griselda griswold
    grizelda groa grover grzegorz grácia grácie grégoire gréta guadalupe gualtiero gudrun guerino
    guglielmo guido guildo guilhem guilherme guilhermina guillaume guille guillermina guillermo guiomar
    gulay gulbahar gulcan gulhan gulla gullan gulli gulseren gulsum gulten gulu gumersindo gumi gunda
    gundula gunhild gunilla gunn gunna gunnar gunni gunsten gunter gunther gunvald gunvor guowei guri
    guria gurkan guro gurpreet gus guse gusmao gusmão gustaf gustav gustava gustave gustavo gustawa gustáv
    gusztav gusztáv guthrie guti guus guusje gwen gwenaelle gwenaëlle gwenda gwendoline gwendolyn gwenn
    gwidon gwyn gwyneth gyda gyemant gylle gynna gyongy gyongyi gyorgy gyorgyi gyozo gyuri gyémánt gyöngy
    gyöngyi györgy györgyi győző gábor gáspár génia gérald géza gökhan göran görel gösta göte götz gözde
    gül gülay gülbahar gülcan gülhan gülseren gülsüm gülten gülşen günter günther gürkan habacuque habib
    habiba habra hackett hadas haddi hadrian hadrien hadrián hafsa hagar haide hailey hajar hajdar hajer
    hajnal hajnalka hakan haken hakon hakun hal halda haley halfdan halil halim halima halime halina halit
    hallberg haller halley hallgeir halli hallie hallmann halsten haluk halvar hamid hamish hamit hamlin
    hampus hamza hana hanan hanane handan hande hane hang hanh hania hanife hanim hank hanka hanken hanna
    hannah hanne hannele hanneli hannelore hannes hanni hanno hanns hannu hannus hanny hans hansia
    hansjorg hansjörg hanus hanuš haoran harald haralda harbin hardi hardis hargita harish harjit harlan
    harland harley harma harmat harmke harold haroldo haroun harpa harpreet harri harriet harriett
    harriette harris harrison harry harsh harth hartman hartmut hartvig haruka haruki harun haruto harvey
    hasan hashim hasim hasna hassan hasso hata hatem hatice hattie hauke havard havin hawa hayato haydar
    haydee hayden haydée hayley haywood hazal heather heba hebe heber hector heda hedda heddy hedi hedvig
    hedvika hedwig hedwige hedy hege heid heida heide heidemarie heidi heidrun heidy heike heikki heiko
    heila heili heimo heinar heine heiner heini heino heinrich heinz heitor hekla hektor helar helen
    helena helene heleno helf helga helge helger helgi heli helia helin helina helinä heliodoro helja
    heljä helka helke hella hellen hellevi helli hellin hellmuth helly hellä helma helmar helmer helmi
    helmine helmut helmuth helmy heloisa heloise heloísa helse helvi helvig helén hemant hemming hemminki
    hemmo hendrik hendrika hendy henkil henn henni hennie henning henno henoch henok henos henri henric
    henrich henrieta henrietta henriette henriikka henrik henrika henrike henrikki henriqueta henry henryk
    henryka hera heraldo herbert herberta herberto herculano hergot heriberto herkko herlinda herluf
    herman hermann hermanna hermanni hermannus hermelinda hermenegilda hermenegildo hermia hermina hermine
    herminia herminio hermiona hermon hermína hermínia hermínio hernan hernandez hernando herny hernâni
    herschel hershel herta hertha hertta herve hervé herwarth herwig hessel hester hevin hexe heřman
    hiacynta hicham hidde hideki hideo hien hieronim hieronima hieu higino hila hilal hilar hilaria
    hilario hilarius hilary hilbert hild hilda hilde hildebrand hildebrando hildegard hildegarda
    hildegarde hildur hilja hilkka hilla hillary hille hillevi hilma hilmar hilmer hilmi hilppa hilton
    hiltrud hilária hilário hintze hinze hipolit hipolita hipolito hippolyte hipólito hira hiram hiroko
    hiroshi hiroto hisako hisashi hisham hjalmar hoang hobert hofeherke holger holley holli hollie hollis
    holma holme holmsten homer homero homér hongwei honorat honorata honorato honore honorina honorio
    honorius honza honório horac horace horacio horacy horatia horatio horry horst horsten hortencia
    hortense hortensia hortensie hortensio hortensja hortenzie horác horácio hosea hossein houria hovi
    howard hoyt hrvoje hsiu hubert huberta huberto hubertus huda huey hugh hugo hugon hugues huld hulda
    hulya huma humberto huong hussain hussein huub huxley hvit hyacint hyacinta hyejin hyman hynek hyon
    hyun hyunwoo háta håkan håkon håvard héber héctor hédi hélder hélia hélio héloïse hélène héra
    hófehérke hörn hülya iago iain ian iana iara ibadete iberico ibolya ibrahim ibrahima ibérico icaro
    ichiro ida idalina idda idella idil idris idriss idun iduna ieuan ifeanyi ifeoma ignac ignacia ignacio
    ignacy ignatius ignaz ignazio ignez ignác igor iida iikka iina iines iiris iiro iisak iisakki iita
    iivana iivari iivo ike iker ikram ilana ilari ilaria ilario ilay ilayda ilber ilda ildefonsa ildefonso
    ildiko ildikó ildo ileana ilene ilenia ilian iliana ilias ilidio ilija ilja ilkay ilker ilkka ilknur
    ille illes illés ilmar ilmari ilmatar ilme ilmo ilon ilona ilonka ilpo ilsa ilse iluminada ilus ilva
    ilyan ilyas ilyes ilza ilídio ima imad imane imani imed imelda imen imene imer imke imma immacolata
    immaculata immanuel imme immo imogen imogene imran imre imrich ina inacio inaki inari inaya incoronata
    inda indira indra indro ines inessa inez ingberg inge ingeborg ingemar inger ingi ingmar ingo ingrid
    ingrida ingvar inigo inka inkeri inma inmaculada inno inocenc inocencia inocencio inocêncio inta
    inácio inès inés inês ioan ioannis iola iolanda iole iona ione ioulia iouri ippolita ippolito iqbal
    iraida irek iren irena irene ireneusz irina irineu iris irisz irja irka irma irmela irmeli irmgard
    irvin irving irwin iryna irén iréne isaac isaak isabeau isabel isabela isabell isabella isabelle isac
    isadora isaia isaiah isaias isak isaltino isamu isaque isar isaura isaure isaías isela iselin isen
    ishaan ishan ishmael isiah isidor isidora isidoro isidra isidro isilda ismael ismet ismo isobel isolda
    isolde isolina isra isreal issa issac issam istvan istván itai itala italo iulia ivan ivana ivanka
    ivano ivar iveta ivete ivett ivette ivey ivica ivona ivone ivonne ivor iván iwan iwona iwonka iyad
    izabel izabela izabell izabella izaias izaiáš izak izet izia izidor izmael izolda izák iñaki jaak
    jaakko jaan jaana jace jacek jachym jacinda jacinta jacinto jacira jack jackeline jacki jackie jacklyn
    jacky jaclyn jaco jacob jacoba jacobo jacobus jacome jacopo jacque jacquelin jacqueline jacquelyn
    jacques jacqui jacquie jacquline jacó jada jaden jader jadran jadwiga jae jael jafet jagdish jagger
    jagna jago jagoda jaime jaimie jaimy jair jairo jakab jake jaki jakob jakov jakub jakuba jalal jalmar
    jalmari jalo jamaal jamal jamar jame jamel james jamey jamie jamil jamila jamin jamina jamison jan
    janae janaina janay janaína jancsi jane janeen janek janel janell janella janelle janene janet janete
    janeth janett janetta janette jani janice janie janika janina janine janique janis janise janita janka
    janko janna janneke jannet jannetje jannette jannie jannik jannika jannike jannis jannu jano janos
    janosch januario janus janusz januário jaque jaqueline jaques jarbas jardel jared jarek jarin jarko
    jarla jarman jarmil jarmila jarmo jarno jarod jarolim jarolima jarolím jarolíma jaromir jaromira
    jaromír jaromíra jaron jaroslav jaroslava jarred jarrett jarrod jarvis jasan jasao jascha jasin
    jasmijn jasmim jasmin jasmina jasminka jasmín jasmína jasna jason jasper jaspreet jasão jatta javi
    javier javiera javorka jawad jaxon jaxson jaxx jay jaya jayce jayden jaye jayesh jaylen jayme jayna
    jayne jayson jazmin jazmine jean jeana jeane jeanetta jeanette jeanie jeanine jeanna jeanne jeannette
    jeannie jeannine jedrek jedrzej jeff jefferey jefferson jeffery jeffrey jeffry jefim jegor jekaterina
    jelena jelizaveta jelka jella jelle jelmer jelte jemima jemina jemma jenelle jeni jenifer jeniffer
    jenine jenna jennette jennie jennifer jenny jennyfer jenovefa jenovéfa jens jente jeppe jerald jeramy
    jere jeremi jeremia jeremiah jeremias jeremiasz jeremie jeremiáš jeremy jeremías jeri jermaine jeroen
    jerold jerome jeromy jeronimo jeronym jeroným jerrell jerri jerrie jerrod jerrold jerry jerusa jerzy
    jerónimo jesica jesper jess jesse jessi jessica jessie jessika jessy jessé jesualdo jesusa jesús jeta
    jeton jetro jetta jette jevgeni jewell jezabel jiahao jianguo jianhong jianjun jibril jicchak jigme
    jihane jiho jihoon jilji jiljí jill jillian jim jimena jimi jimin jimmy jindra jindrich jindriska
    jindřich jindřiška jiri jirina jisoo jitka jiwoo jiřina jiří joabe joachim joah joakim joan joana
    joane joanie joaninha joann joanna joanne joannes joannie joao joaquim joaquin joaquina joaquín joas
    jocelyn jochem jochum jodi jodie jody joe joel joela joella joelle joellen joelma joep joeri joesph
    joey jofre johan johana johann johanna johanne johannes john johna johnathan johnathon johnie johnna
    johnnie johnny johny joice joko jola jolan jolana jolanda jolanta jole joleen jolene jolie jolien
    jolijn joline jolán jon jona jonah jonas jonasz jonatan jonathan jonathon jonatán jone jong joni jonia
    jonie jonna jonne jonnie jonny jons jonáš joona joonas joonatan joos jooseppi joost jora joran jordan
    jordana jordano jordi jordon jordy jordán joren jorg jorge jorgelina jorgen jori jorin joris jorn
    jorna jorrit jort jorunn joscha jose josee josef josefien josefiina josefin josefina josefine josefo
    josefína joselito joselyn josep joseph josephina josephine josette josh joshua josiah josiane josias
    josie josine josip josipa joska joslyn jospeh josselin jost josue josué josy josè josé josée joséphine
    jouko jouni jovan jovian jovita jowita joya joyce joycelyn joye jozef jozefa jozefina jozefína jozsa
    jozsef jozsi jozue joão joël joëlle jošt juan juana juanita juanito juanma juda judas jude judi judit
    judita judite judith judson judy judyta judá juhan juhana juhani jukka jula jule julen jules julian
    juliana juliane julianna julianne juliano juliao julie julien julienne juliet julieta julietta
    juliette julika julinka julio juliska julita julius juliusz julián juliána julião juliëtte jung junia
    junichi junie junjie junko juno jupp juraci juraj jure jurek jurg jurgen juri juris jurre jussi justa
    justiina justin justina justine justiniano justino justus justyna justýna jusuf juta jutta juul juulia
    juuso juvan juventino jyoti jyri jyrki jytte jáchym jácome jáde jános jára jázmin jæger jérémie jérémy
    jérôme jéssica jónás jóra jóska józef józefa józefina józsa józsef józsi jöns jöran jörg jörgen jørgen
    jørn júlia júlio júnior jürg jürgen jüri jędrek jędrzej kaan kaapo kaare kaari kaarin kaarle kaarlo
    kabir kaci kacie kacper kacy kada kadence kader kadi kadri kadriye kahina kaia kaido kaie kaija kaila
    kain kaina kaino kairi kais kaisla kaisu kaitlin kaitlyn kaius kaivo kajana kajetan kajetán kajsa
    kaktus kaldi kaleb kaleigh kalervo kalev kaleva kalevi kaley kalf kali kalina kalju kalle kalli kallie
    kalman kalmer kalpana kalv kalvar kamal kamala kamel kamelia kameron kami kamil kamila kamile kamilla
    kamille kamma kamran kandis kanerva kaori kapitola kara karan karda kare kareem kareen karel karen
    karena kari karia karim karima karin karina karine karissa karita karitas karl karla karle karlheinz
    karli karlijn karlina karlis karlo karlos karlotta karly karlína karmel karmela karmen karn karna
    karny karo karol karola karoliina karolin karolina karoline karoly karolyn karolína karon karren karri
    karrie karry karsten kart kartik karton karyn karí kasandra kasey kasha kasi kasia kasie kasim kasimir
    kaspar kasper kasperi kaspian kassandra kassi kassie kastor kata katalin katariina katarina katarzyna
    katarína kate katelyn katerina katerine kateryna kateřina katharina katharine kathe katherina
    katherine katheryn kathi kathie kathinka kathleen kathrin kathrine kathryn kathy kati katia katica
    katie katina katinka katja katla katlyn kato katri katriina katrin katrina katrine katsuo katy katya
    kató kauko kaul kauno kaur kavita kavya kaycee kayden kaye kayla kaylee kayleigh kazimiera kazimierz
    kazimir kazimira kazimír kazimíra kazuki kazuko kazuo kašpar keanu keeley keely keenan kees keijo
    keiko keila keimo keira keisha keisuke keit keith keitha kelechi keli kelle kellee kelley kelli kellie
    kelly kelsey kelsi kelsie kelvin kelyan ken kena kenan kenda kendal kendall kendra kendrick kene
    keneth kenia kenichi kenji kenneth kennith kenny kent kenta kenton kenza kenzo keran kerem keri kermit
    kerri kerry kersti kerstin kerttu kesha keshav keshia ketter ketut keva keven kevin khadija khadijah
    khaled khalid khalil kia kian kiana kiara kielo kiera kieran kiersten kieth kiia kiira kiki kikka
    kilian kiliana kilián kiliána killian kim kimber kimberlee kimberley kimberly kimbra kimi kimiko kimmo
    kimo kimon kinga kinsley kira kiran kirby kiril kirill kirilla kirk kiro kirsi kirsten kirsti kirstie
    kirstin kirstine kirsty kisha kitana kitti kittie kitty kiyoko kizzy kjeld kjell klaas klak klara
    klari klaudia klaudie klaudiusz klaus klemens klement klementina klementyna klemetti kleofas kleopatra
    kleopátra kliment klint klára klári knud knut kodiak koen kofi koichi koidu koit kokeny kolbeinn kolka
    kolle kollin kolmar kolodziej koloman koni konrad konrád konsta konstancie konstancja konstantin
    konstantina konstantinos konstantinus konstanty konstanze korall koray kordula korey korina korka korn
    kornel kornelia kornelius korneliusz kornél kornélia kory kosma kosmas kosmo kostas kostek kouki
    kourtney kozma kołodziej kragh kraig kreeta kriemhild krijn kris krishna krissy krist krista kristal
    kristall kristel kristen kristens krister kristi kristian kristie kristiina kristin kristina kristine
    kristián kristjan kristo kristof kristofer kristoffer kristopher kristy kristyna kristína kristýna
    kriszta krisztian krisztina krisztián krištof krum krypto kryspin krysta krystal krysten krystian
    krystle krystof krystyna kryšpín kryštof krzysztof ksawery ksenia kubilay kubra kuisma kuldeep kulla
    kullar kulle kullervo kunal kunegunda kunhuta kunibert kunigunde kuno kurt kurtis kuse kusta kustaa
    kuulo kveta kveton kvetoslav kvetoslava kvetuse kvido květa květoslav květoslava květoň květuše
    kwabena kwaku kwame kyan kyara kyla kyle kylian kylli kyllian kyllikki kyoko kyong kyosti kyra
    kyriakos kyrielle kyrill kyung kyösti kálmán kára károly kärt käte käthe kåre kévin kökény kübra lacey
    laci lacie lacy lada ladina ladislao ladislas ladislau ladislaus ladislav ladislava ladonna lael
    laercio laertes laeticia laetitia laia laila laimi laina laine laire lais lajos lakeisha lakesha
    lakeshia lakisha lakshmi lala lali lalit lalita lalla laly lamar lamberta lamine lamonica lamont lana
    lance lando landon landry lanelle lanfranco lani lanie lanita lanny lanz lanzo laquita lara larbi
    larisa larissa larry lars larue lashanda lashawn lashonda lassi laszlo lata latanya latasha latia
    latif latina latinka latisha latonia latonya latosha latoya latrice latricia latrina lauge laura
    lauran laure laureano laureen laureline lauren laurena laurence laurene laurens laurent laurentius
    lauretta laurette lauri laurids laurie laurinda laurindo laurine lauris laurits lauritz lauro lauryn
    lautaro lavelle lavera lavern laverne lavette lavin lavina lavinia lavon lavonne lawanda lawerence
    lawrence laya layla lazaro lazzaro laércio lea leah leana leandra leandre leandro leann leanna leanne
    leatrice lecia leda ledvin lee leea leeann leeanne leelo leendert leeroy leevi leggett leia leida
    leidi leidy leif leigh leigha leiki leila leilani leina leino leire leisa leivo lejla lela leland
    lelet lelia lelle lembi lembo lemme lemmi lemmikki lemmitty lempi lemuel lena leni lenita lenka lenke
    lenn lenna lennard lennart lenni lennon lennox lenny lenora lenore leny leo leokadia leola leon leona
    leonard leonarda leonardo leoncio leone leonel leonhard leoni leonia leonid leonida leonidas leonie
    leonila leonis leonor leonora leonore leontina leontine leontyne leony leonzio leopold leopolda
    leopoldine leopoldo leora leos leota leoš lepo lera lerato leroy lesek lesh lesia leslaw lesley leslie
    lessie lester lesław letha leticia leticie letitia letizia letta letti lettie letty letícia levendula
    levent levente leverett levi levin levina leví lewis lexie leya leyna leïla leónidas leôncio lešek lia
    liam liana liane lianne liara lias liba libbie libby libena liberatore libertaria libertario liberto
    libertária libertário libor libora liborio librada libuse libuše liběna licha licia licinio licínio
    lida lidia lidija lidio lidka lidmila lief lieke liesa liesbeth liese liesel lieselotte liesl liete
    lieuwe ligia lihua liia liina liisa liisi liisu liivi lila lilas lili lilia lilian liliana liliane
    lilianna lilianne lilie lilien liliom lilith lilja liljan lilli lillia lillian lillie lilly lilo lilou
    lilya liming lina lind linda lindar linde lindsay lindsey lindy lineu linh linnea linnie linnéa linus
    linwood lionel lior lioudmila lippi liron lisa lisandra lisandro lisanne lisbet lisbeth liseli
    liselotte lisete lisette lisha lison lissette litle lito liudmila liun liva livia liviana livie livio
    livius liwia liya liz liza lizabeth lizandra lizbeth lizeth lizette lizzie lizzy liána ljuba ljubo
    ljubov ljudmila lloyd loana loane lobke lodovico loek loes loet logan logi loic loick loide lois loise
    loit lokke lokki lokman lola lolita lolli lombardi lon lona londa longin lonna lonnie lonny lonzo lopo
    loraine loredana loredo loree loreen lorelei loreley lorella loren lorena lorenc lorene lorentz lorenz
    lorenza lorenzo loreta loretta lorette loretto lori loria lorie lorin lorina lorinc lorine loring
    lorna lorraine lorri lorrie lotar lotfi lothar lothario lotte lotti lottie lou louane louann louanne
    loucas louella loui louie louis louisa louise louison louka louna loura lourdes lourenco lourenço
    lourival lovie lovis lovisa lowell loyd loïc loïck loïs luan luana luann luanna luanne luba lubomir
    lubomira lubomír lubomíra lubor lubos luboš luca lucan lucas lucero lucetta lucette lucia lucian
    luciana luciano lucie lucien lucienne lucila lucile lucilia lucilio lucilla lucille lucina lucinda
    lucio lucius lucja lucjan lucjana lucjusz lucrecia lucretia lucrezia lucy lucyna lucía lucília lucílio
    ludek ludgero ludivine ludka ludmila ludmilla ludmiła ludovic ludovica ludovico ludovit ludvig ludvik
    ludvika ludvík ludvíka ludwig ludwik ludwika luděk luella luena luger luigia luigina luis luisa luise
    luisella luiz luiza lujza luka lukas lukasz luke lukka lukrecie lukrécie lukáš lulu lumena lumi
    lumikki lumir lumira lumme lumír lumíra lunetta lupe lupita lurdes lusa lusia lutero luther lutz luuk
    luukas luule luzi luzia luzio luís luísa luďka lyan lyana lydia lydie lyla lyle lyman lyn lynda lyndon
    lyndsey lyne lynette lynn lynna lynne lynnette lynsey lynwood lysander lysiane lyudmila lyydia lyyli
    lyyti lászló lázaro lázár lærke léandre léda lélia léna lénárd léon léonard léonie léonore léopold
    líba lícia lídia lídio lígia lília lívia lótus lúcia lúcio lýdie lőrinc maaike maare maaret maaria
    maarit maarja maarten maartje maayan mabel mable macario maceo maciej maciek maciel mackenzie macy
    macário madalyn maddalena maddie madel madelaine madeleine madelene madelief madeline madelon madelyn
    madge madhu madis madita madjer madlen mads mady mael maelle maelys maes maeva mafalda magali magalie
    magaly magan magda magdalen magdalena magdalene magdaléna magdo magdolna magga maggi maggie magna
    magni magno magnus magnólia mago mahalia mahamadou mahdi mahe maher mahesh mahir mahmoud mahulena mahé
    maia maiara maida maide maie maiju maik maika maike maikki maiko maila maile maili mailin mailis maily
    maina mair maira maisa maisha maisie maite maitê maja majda majid majka majken majorie makan makar
    makoto maks maksim maksym maksyma maksymilian malachi malaika malak malcolm malcom malek malena malene
    malgorzata malia malick malika malin malina malinda malini malissa malka malla mallar malle mallika
    mallory malna malone malorie malte malu malvina malvo malvína malwina malín mamadou mame mamede mamie
    mammie manar manasses manassés mandel mandi mandie mandorla mandula mandy manel manfred manfredo
    maniek manish manisha manja manka manlio manne manoj manolito manolo manon manou manpreet mansour manu
    manuel manuela manuele manuelita manuella manya mara maranda marceau marcel marcela marcelina
    marceline marcelino marcell marcella marcelle marcellina marcellino marcello marcellus marcelo marci
    marcia marcial marciana marciano marcie marcilio marcin marcio marco marcos marcus marcy marcílio
    mardell mardis marea mareike marek marel marella marelle maren maret mareta maretta marey marg marga
    margareeta margaret margareta margarete margareth margaretha margarethe margaretta margarette
    margarida margarita margarito margaux margery marget margherita margie margit margita margitta margo
    margot margret margrete margreth margrethe margrit marguerita marguerite margus margy margó mari
    mariagrazia mariah mariam mariama marian mariana mariane marianela mariangela mariann marianna
    marianne mariano mariarosa marias maribel marica maricela maricruz marie marieke mariel mariela
    mariella marielle marieta marietta mariette mariia marija marijan marijana marije marijke marijn marik
    marika mariko marilda marilee marilia marilina marilla marilou marilu marilyn marilyne marilynn marin
    marinella marinette marinho marinka marino marinus mario marion maris marisa marise marisela marisha
    mariska marisol marissa marit marita marito maritta maritza mariuccia marius mariusz mariya marizete
    marián marjaana marjan marjatta marjo marjolaine marjorie marjory marju marjukka marjut marketa
    marketta markku marko markus markéta markó marla marleen marleena marlen marlena marlene marley
    marlies marlis marlo marlon marly marlyn marlys marlène marna marni marnie marnix maron maros marouane
    maroussia maroš marquerite marquesa marquez marquita marri marsa marsalis marsha marshall marta marth
    martha marthe marti martijn martim martin martina martine martinha martinho martiniano martinka
    martino martinus martita marto marton martta martti marty martyna martín martína marva marvao marvin
    marvão marwa marwan marx mary marya maryam maryann maryanne marybeth maryellen maryjane maryla
    marylene marylin maryline marylise marylou marylène maryna marysia maryvonne marzanna marzell marzena
    marzenna marzia marzio marí maría marían marías marín marína masaccio masahiro masako masaru masashi
    mascha massimiliano matea matej mateja mateo mateus mateusz matha matheo mathew mathias mathieu
    mathijs mathilda mathilde mathis mathys mathéo mathías mati matia matias matilda matilde matis matisse
    matleena matous matouš mats matt mattea matteo matteus matthaus mattheus matthew matthias matthieu
    matthijs matthis matthäus matti mattia mattias mattie mattis matts mattéo matus matusalem matusalém
    matyas matyi matylda matys matyáš matz matéo matías matúš matěj maude maudie mauno maunu maura maurane
    maureen mauri maurice mauricette mauricio maurilio maurin maurine maurits mauritz maurizia maurizio
    mauro maury maurício maurílio maxence maxie maxim maxime maximiano maximilian maximiliano maximilien
    maximilián maximino maximo maxine maxmilian maxmilián maya mayara maybelle maye mayer maylis mayme
    maynard mayra mayte mazlum maël maëlle maëlys maëva maísa maïa maïté małgorzata mařík mckenzie
    mckinley meagan meaghan mechthild mechtild meda medard medea medi medine meego meena meera meeri mees
    megan megane meghan megumi mehdi mehmet meho meigo meike meiling meinhard meinrad meis meja melaine
    melani melania melanie melany melba melcher melchior melchiorre melda melia melichar melida melih
    melike melina melinda melis melisa melissa melita melitta melker mellie mellisa mellissa melodi
    melodie melony melquisedeque mels meltem melusine melva melvin melvina melvyn melánie memet mena
    menachem mendi mendo mendy menga menno mensur menta merce mercede mercedez mercia mercè meredith meret
    merete meriam meriem merijn merike merilin merilyn merja merkur merkúr merla merli merlijn merlyn
    meron merri merrie merrill mert merten merve mervi mervin mery meryem meryl messala messalina mesud
    metella metodej metoděj metta mette mevlut mevlüt mhairi miah micael micaela micah micha michael
    michaela michaele michal michala michale michalina michaël michał micheal michel michela michelangela
    michelangelo michele michelina micheline michell michelle michiel michiko mici mickael mickel mickey
    micki mickie midas midori mieczyslaw mieczyslawa mieczysław mieczysława mielikki miesha mieszko mietta
    miette migdalia miguel miguela miguelina mihael mihaela mihai mihailo mihaly mihkel mihály miia miika
    miikka miina miisa mika mikael mikaela mikail mikaël mikel mikhail miki mikk mikkel mikki miklos
    miklós miko mikolaj mikolas mikoláš mikołaj miksa mikula mikulas mikuláš milada milagro milagros
    milana milda mildred milena milene milenko mileu miley milford milica milja miljan milka milko millard
    millicent millie milly milo milon milorad milos miloslav miloslava milosz milot milota milou milous
    milouš miloň miloš milton miluse miluše mimi mimmi mimosa mimoso mimoza mimóza minda mindy minea
    minerva mingming minh minja minji minjun minka minke minna minnie minoru minseo minsu minttu miqueias
    miquel mirabel mirabella mirac miran miranda mirandola miray miraç mircea mirco mireia mireille mirek
    mirela mirella mireya miriam mirian miriana mirja mirjam mirjami mirjana mirka mirkku mirko mirna miro
    miron miroslav miroslava miroslaw miroslawa mirosław mirosława mirra mirre mirta mirte mirtha mirthe
    mirto mirva mirza misael misaki mischa misha miska misti mitat mitch mitchel mitchell mitja mitsuko
    mitsuru mittie mitzi miyuki mizuki miłosz mladen moder modesta modesto mogens mohamed mohammad
    mohammed mohan mohit mohsen moira moises moisés mojmir mojmír mojzis mojžíš mokhtar moli molli molly
    mona monalisa monica monika monique monroe mons monserrate montae montague montay montego montel
    montez montrell montse monty moona moos mooses morena morgan morgana morgane morgána mori moria moriah
    morian moris moritz morris morten mortimer morton mose moses moshe mossen mossi mostafa mosé motha
    mouna mounir moussa moustafa mozelle mozes mořic moše muammer mucio muhammad muhammed muhammet mukesh
    muli mumin mummi muna munda munevver muni munir muoi murad murat muriel murilo murray musli muslum
    mustafa mustapha muzaffer muzsa mykola myla mylan mylene myles mylène myra myriam myrna myron myrra
    myrta myrthe myrtis myrtle myung mája málna márcia márcio mário márta márton mátyás märta mätta måns
    mårten méda médea médi mélanie mélina mélinda méline mélissa mélodie mércia méta mías míla mína míra
    mónica mónika móri móric mózes múcio múzsa münevver müslüm naama nabil nabor nadejda nadezda nadezhda
    nadežda nadia nadica nadim nadin nadina nadine nadiya nadja naděžda nahuel naia naiara naida naim
    naima naimi nair naira najat nakia nakke nalan naldo nali nanami nance nanci nancy nanda nando nandor
    nanetta nanette nanna nannette nanni nannie naoki naoko naomi naomie napsugar napsugár napóleon nara
    narcis narcisa narciso narcisse nari narve naser nasir nasser nassim nastya nata natacha natali
    natalia natalicio natalie natalija natalina natalino natalja nataly natalya natalício natan natanael
    nataniel natasa natascha natascia natasha natasza nataša natel nathalia nathalie nathan nathanael
    nathanaël nathanial nathaniel natividad natka natália natálie natã naud navarro naveen naver navid
    nawal naya nayeli nazaire nazario nazif nazli naïm naďa neal nebahat nebi nebojsa necati necla neda
    nedda nedim nedra neea neel neeltje neely neeraj neha nehemiah neida neide neil neila nelda neli nelia
    nelida nelio nelli nellie nelly nelma nelson nely nemesio nemo nena nenita nenna nenni neoma nepomuk
    nerea nereida nereu nerina nerio nerissa nermin neron nery neslihan nestor nestore nestori neta netta
    nettie neuza neva nevaeh neven nevena neville nevin nevio neyla ngan ngoc ngozi nguyen niall niamh
    nicanor niccolo niceia nichelle nichol nicholas nichole nick nicki nickie nicklas nickolas nicky nico
    nicodemo nicodemos nicol nicola nicolaas nicolae nicolas nicolasa nicolau nicolaus nicole nicoletta
    nicolette nicoli nicolina nicolle nicolás nicolò nida nidhi nidia niek niels nienke niete nieves nigel
    niguel nihad nihat niilo niina nika nikanor nike nikhil niki nikita nikki niklas niklaus niko nikodem
    nikodema nikodém nikodéma nikol nikola nikolai nikolaos nikolas nikole nikolett nikoletta nikos niké
    nila nilay nilce nilda nilesh nilgun nilgün nilla nilo nils nilsa nilson nilton nilza nima nimfa nina
    ninetta ninfa ninna nino niobe niobé nisa nise nisha nisia nita nitin nivaldo nives nixe njord nkechi
    nnamdi nneka noa noah noam noan noar noboru nobuko noe noel noela noelia noella noelle noema noemi
    noemia noemie noemí noham nola nolan nolwenn nomvula nona nonato nonni nooa noomi noor noora noortje
    nora norah norbert norberta norberto norbi nordahl nordica noreen norgren noriko norin norina noris
    norman normand normando normann norris notting noud nour noura noureddine nout noyan noélia noémi
    noémia noémie noëlle nuna nuno nunzia nunziata nunziatella nunzio nuran nuray nurcan nurettin nuria
    nuriye nusret nuutti nyah nydia nyla nynke nyyrikki nádia nándor nélio nélson nísia nóra núbia núria
    oana obdulia oberg obert obinna oceana oceane octavia octavian octaviano octavio octavius octávio
    océane odair odde oddi oddvar odelia odell odete odetta odette odilia odis odon odvar odília ofelia
    ofelie ofer offe ofélia ofélie oguz ohle ohto oili oisin oiva okan oksana oktavian oktavián ola olaf
    olafur olai olamide olander olari olaus olav olavi olavo olbram oldrich oldriska oldřich oldřiška oleg
    olegario olegário olek oleksandr oleksandra oleksii olena olenka oleos oleta olev oleńka olga olgierd
    olimpio olinda olindo olinto olivar oliver olivera oliverio olivia olivie olivier oliviero olivér
    oliwer oliwia oliwier olle ollie olof olov oluf oluwaseun olympia olympie olímpio olívia omar omara
    omid omri onas ondina ondrej ondřej oneida onerva onie onofre onofrio onur oona ophelia ophelie
    ophélie opál oralia orazio orchidea orell orest oreste orestes orfeo orfeus orges orgona orhan oria
    oriana oriane orietta oriol orit orlan orland orlanda orlandina orlane ormar orme ormes ornella orpha
    orquidea orquídea orsi orsina orsino orso orsola orsolya ortensia orval orvar orville orvokki osama
    osamu oseas oseias oskar oskari osman osmar osmo osmund ossi ossian ossie osten ostman osvald osvalda
    osvaldo oswald oswaldo oszkar oszkár otacilio otacílio otakar otakara otello otelo otha othello othman
    othmar otilia otis otmar otokar otomar oton otoniel otso ottavia ottaviano ottavio ottilia ottilie
    otto ottokar ottomar ottó otylia otylie otília otón otýlie oumar ousmane outi ovet ovidio ovidius
    ovídio owain owen oxana oyvind ozcan ozge ozkan ozzy oğuz paavali paavo pablo pacal pacho padma
    padraig paige paivi paivikki paivio pakize pala pallavi palma palmira palmiro paloma pam pamala pamela
    pamella paméla panagiotis pancho pancrazio panka pankaj pankrac pankracy pankrác panni pantaleo paola
    paolina paolo papoila paqui paride parisa parker parth parvati pascaline pascoal pascuala paskal paske
    pasqua pasqual pasquale pasqualina pasqualino patri patric patrica patrice patricia patricie patricio
    patrick patrik patrizia patrizio patrycja patryk patrícia patrício patsy patti pattie patty paul paula
    paule pauletta paulette pauli pauliina paulina pauline paulino paulita paulus pavel pavla pavlina
    pavlos pavlína pavo pavol pawel paweł pearle pearlie pearline peder pedro peet peeter peggie peggy
    pekko pelagie pelin pellegrino pellervo penelopa penelope peniel penney pennie pentti penélope pepe
    pepijn pepin peppe peppi percy pericles perikles perla perlita pernilla pernille perparim perpetua
    perpetuo perpétua perpétuo perrine perry pertti perttu peta petar pete peter peti petra petri petrina
    petro petronela petronila petronilla petronius petros petrus petter petteri petula petunia petúnia
    phebe phil philemon philine philip philipp philippe philippine phillip phillis philomena philomene
    philomène phoebe phung phuong phylicia phylis phyliss phyllis piedad piera pierangelo piergiorgio
    pierina pierino pierluigi piero pierre pierrick piers piet pietari pieter pietro pihla piia pilar
    pillango pillangó pille pilvi pinar pinja piotr pipin pippa pippi piri pirita piritta pirjo pirkka
    pirkko piroska pirro pisano pisti pitagoras pitágoras pius pjotr placida placido plamen platon platón
    pleun plinio plácido plínio polda poliana policarpo polina polla polli polly pompeu pooja poppea poppy
    porfirio porfírio porsha poul povel poyraz prakash pranav prasad prashant pratik praveen pravoslav
    prazeres preben predrag preeti premysl pren preston priam pribyslav pricilla priit primitiva primitivo
    prisca priscila priscilla priscille priska priya priyanka procopio procópio prods prokop prokopa
    prospero providencia prudence prudencia prudencio prudência prudêncio przemek przemyslaw przemyslawa
    przemysław przemysława próspero psziche psziché purificacao purificacion purificación purificação
    putri pyotr pyry pála pálma páris päivi päivikki päiviö pärt påske pénélope péricles péter přemysl
    přibyslav qasim qiana qiang quang quaresma queenie quentin querubim quiliano quim quincy quinn quinten
    quintin quintino quinton quinty quique quirina quirino quiteria quitéria quoc raakel rabea rachael
    racheal rachel rachela rachele rachelle rachid radan radana rade radegast radica radim radka radko
    radmila radomil radomir radomira radomír radomíra radoslav radoslava radoslaw radoslawa radosław
    radosława radovan radovana raduz radúz rae rafa rafael rafaela rafaella rafaello rafal rafaël rafał
    rafe rafet raffaela raffaele raffaella raffaello rafi ragna ragnar ragnhild ragnvald rahel rahim
    rahime rahman rahul raija raik raila raili railo raimo raimon raimond raimondo raimu raimund raimunda
    raimundo raina rainald raine rainer rainhard raino raisa raissa rait raita raitis rajan rajesh rajiv
    rajka rajko rajmund rajmunda rajsa rakel rakesh ralf ralph ramazan ramesh ramin ramira ramirez ramiro
    ramiz ramon ramona ramone ramy ramzi ramón ramóna randa randal randall randell randi rando randolf
    randolph randy ranek rania ranieri raniero ranka ranko raoul raphael raphaela raphaelle raphaël
    raphaëlle raquel rasha rashad rasheeda rashid rashmi rasim rasmus rastislav rastislava ratibor ratko
    ratt raul rauni rauno ravi ravn rayan rayane raye rayen rayford raylene rayman raymon raymond raymonde
    raymund raymundo rayna rayner raúl reagan reba rebeca rebecca rebecka rebeka rebekah rebekka redouane
    reeda reena reeta reetta refugia refugio regan rege reggie regina reginald reginaldo regine regino
    regis regitze regna regni rego regína rehor reid reidar reija reijo reiko reima reimar reimer reimund
    reinaldo reinar reiner reinhard reinhardt reinhart reinhold reinier reinout reita reja rejane reka
    rekha rella rema remco remedios remi remigio remigiusz remo remus remy remzi remédios renae renaldo
    renar renata renate renato renatus rene renee renetta renia renita renna rens renske renzo renáta rené
    reperto resi restituta reta retha rether retta reuben reva revi revo reyansh reyes reyhan reyn reyna
    reynald reynaldo reynold reza rezso rezső rhett rhiannon rhoda rhona rhonda rhys riana rianne ricarda
    ricardo riccarda riccardo ricciardo richard richarda richelle richie richárd rick rickey ricki rickie
    ricky ries riet rifat rigo rigoberto riho riika riikka riina rijad rikard rike riki rikka riku riley
    rimma rina rinaldo ringo rino rion risto rita ritchie ritu ritva rivelino rivka rivo riya riyad riza
    roald roana rob robbi robbie robbin robby robert roberta robertin robertina roberto robin robina
    robine robt robyn rocco roch rochel rochelle rocio rocío rodan roderick roderik rodger rodi rodney
    rodolfo rodrick rodriga rodrigo rodrigue rodé roef roel roelof rogelio roger rogerio rogier rogério
    rohan rohini rohit roisin roko roksana roland rolanda rolande rolando roldan rolf rolim rolland rollin
    rolly roly romain romana romane romano romao romario romek romelia romeo romero romet romeu romi
    romilda romina romola romolo romona romuald romualda romulo romy romário romã romão ron rona ronald
    ronaldo ronan ronda ronen roni ronja ronni ronnie ronny rony roope roos roosevelt roosmarijn roriz
    rory rosa rosalba rosalee rosalia rosalie rosalina rosalind rosalinda rosalyn rosalía rosamaria
    rosamond rosamund rosana rosangela rosanna rosanne rosaria rosario rosaura roscoe roseann roseanna
    roseanne roseline rosella roselyn roselyne rosemarie rosemary rosena rosenda rosendo rosetta rosie
    rosina rosine rosita roslyn ross rossana rossano rossella rossie rostislav rostislava roswitha rosy
    rosália rouven rowan rowena rowland roxana roxane roxann roxanna roxanne roxie roxy roy roya royce
    roza rozalia rozalie rozemarijn rozia rozina rozita rozália rozálie ruben rubi rubia rubin rubina
    rubye rudi rudiger rudolf rudolfa rudolfina rudolph rudy rueben ruedi rufina rufino rufo rufus ruggero
    ruggiero rukiye runa runi runsten rupert ruperta ruperto ruprecht ruslan ruslana russ russel russell
    rutger ruth rutha ruthann ruthe ruthie rutt ruuben ruut ruzena ryad ryan ryosuke ryota rysia rysiek
    ryszard ráchel rébecca régina régine régis réjane réka rémi rémy róbert rómeó rómulo róna róza rózia
    róża rúben rúbia rüdiger růžena saadet saale saana saanvi saar saara saba sabahat saban sabine sabir
    sabri sabrina saburo sacha sachiko sachin sadat sadi sadia sadie sadik saeed safa safia safir safira
    safiya safiye safír sahar sahara sahin saida saido saif saija saila saima saime saimi sakari sakarias
    sakina saku sakura saladino salah salamon salamoun salazar saleh salih saliha salim salima salka salla
    salley salli sallie sally salma salman salme salomao salome salomea salomo salomon salomoun salomão
    salomé salustiano salvacao salvadore salvator salvatora salvatore salvatori salvatrice salvação
    salviano salvino salvio salwa sam samanta samantha samar samaritana samaritano samatha samer samia
    samir samira sammie sammy samo sampo sampsa samra samu samual samuel samuela samuele samuli samuël
    sanae sancha sanda sandee sandeep sandi sandie sandor sandra sandri sandrina sandrino sandro sanel
    sanelma sanford sangeeta sanghyun sani sanja sanjana sanjay sanjeev sanjuana sanjuanita sanne sanni
    sansao sansone sansão santana sante santeri santi santina santino santtu santuzza saoirse saphira
    sapna sara sarah saran sarina sarit sarita sarka sarlota sarolta sascha sasha saskia saskie sasu
    satira satiro satish satoshi saturnin saturnina saturnino saul saula sauli saulo saundra sauro sauveur
    sava saveria saverio savina savino savio savka savo saxon sayed saïd saïda saúl scarlett scevola
    schatzi schirin schmetterling schnaps schwartz scirocco scott scottie scotty sead sean sebas
    sebastiaan sebastian sebastiana sebastiano sebastiao sebastien sebastián sebastião sebastían sebestyen
    sebestyén secundino seda sedat seema segismundo segun seherezada seido seija selcuk selda selen selena
    selene selim selin selina selka selma selman selvaggia selvi sema semih semina semiramis semjon
    semíramis sena senem senja senn senne senni senon senta seojun seoyeon sepp seppe seppo serafim
    serafin serafina serafino serafín sercan serdar serena sereno serge sergei sergej sergey sergi sergio
    sergiy serhat serina serkan sertorio sertório servac servete servác seth setsuko settimio seung sevan
    sevda severa severi severiano severin severina severine severino severo sevgi sevil sevim seweryn
    seweryna seymour sezer shae shaha shaina shakira shala shalini shalon shalonda shameka shamika shana
    shanaya shanda shane shanelle shani shania shanice shaniqua shankar shannon shanon shanta shantae
    shante shantel shanti shara sharan sharda sharee sharen shari sharla sharleen sharlene sharmila sharon
    sharonda sharron sharyl sharyn shashi shaun shauna shawn shawna shawnee shayla shayna shayne shea
    sheba sheena shefki sheila shelby sheldon shelia shella shelley shelli shellie shelly shelton shena
    shera sheree sheri sheridan sherie sherilyn sherine sherita sherlyn sherman sherri sherrie sherrill
    sherry sherwood sheryl sheyla shiela shigeru shila shiloh shilpa shinji shiori shira shirin shirlene
    shirley shizuko shlomo shoichi shon shona shonda shoshana shota shreya shruti shubham shufen shweta
    shyla sian siana sibel sibila sibilla sibille sibusiso sibyla sibylla sibylle sid siddharth sidnei
    sidney sidon sidonia sidonie sidonio sidra sidsel sidónio sieb siebe siegfried sieglinde siem siep
    sietse sigbert sigge sigi sigismund sigmar sigmund sigmunda signa signar sigrid sigrun sigur sigurður
    siim siina siiri siivo sila silas silja silka silke silli silvain silvana silvano silverio silvester
    silvestr silvestre silvestro silvi silvia silvie silvina silvino silvio silvius silvo silvério simao
    simeon simeona simeoni simon simona simone simonetta simonne simplicio simplício simão siméon simón
    sinan sindy sinead sinem sini sinikka sinisa sinéad siobhan sipho sira sirena siret sirin sirio sirje
    sirkka sirkku siro sirpa sissa sisse sissel sissi sistine sita sitha siti sixt sixta sixten sixtine
    sixto sixtus sjoerd sjors skarpe skogh skugga skule skye skylar skyler skær slamet slava slavek slaven
    slavica slavka slavko slavoj slavomir slavomira slavomír slavomíra slawek slawomir slawomira slobodan
    sláva slávek slávka smail smilla sneha snorri soan sobeslav soběslav socrates soeiro sofi sofia sofian
    sofiane sofie sofija sofía sohail sohan sohvi soila soile soili sointu solal solana solano solene
    soley soline solomon solveig solène somer sona sonali sonam sondra sone soner songul songül sonia
    sonja sonni sonny sonya soojin sophia sophie sophus soraia soraya soren sossen sotero souad soufiane
    souleymane soumaya souta soňa spake spartakus spencer spyros spytihnev spytihněv srinivas stacey staci
    stacia stacie stacy staffan stak stan stana stanislas stanislav stanislava stanislaw stanislawa
    stanisław stanisława stanko stanley stanton starla starr starre stasia statine stavros stef stefan
    stefana stefani stefania stefanie stefano stefanos stefany steffen steffi stefánia steijn steina
    steinar steinberg steini steinmann steintor steinunn stella stellan sten stena stenkil stepan stepana
    stepanka stephan stephane stephania stephanie stephanus stephany stephen stephenie sterre stevan steve
    steven stevie stevo stewart stig stiina stijn stina stinke stinken stjepan stoffa stoja stojan storma
    stuart stuf sture sturla stygg styrman stéphan stéphane stéphanie suada suat subhash sude sudha sudhir
    sue sueli suellen suen sufjan sugár suive sujata suki sule sulejman sulevi suleyman sulki sulo sulu
    sumiko suna sune sunghoon suni sunil sunita sunna sunneva sunni sunniva suoma suometar suresh suri
    surya susan susana susann susanna susannah susanne suse sushma susie susumu susy sutare suus suvi
    suzan suzana suzann suzanna suzanne suze suzette suzi suzie svala svan svanberg svante svatava
    svatobor svatopluk svatoslav svea svein sven svena svend svenja svenning sverker sverre svetlana
    světlana swann swarte swati swen sybil sybilla sybille sybren syed sylvaine sylvana sylvester sylvi
    sylvia sylviane sylvie sylvio sylwester sylwia symon syrine szabina szabolcs szandra szczepan szegfu
    szegfű szello szellő szepe szidi szilveszter szilvia szofia szonja szymon szépe szófia sába sálvio
    sámo sámuel sándor sára sári sátira sátiro sáva sávio säde sævar sébastian sébastien séraphine séverin
    séverine sílvia sílvio sísí síta sócrates sóla sólon sónia sören søren süleyman sławek sławomir
    sławomira taavetti taavi tabatha tabea tabita tabitha taciana tacito tadashi taddeo tadeas tadeu
    tadeusz tadeáš tahar tahir tahsin taija taiko taimi taina taire tais taisha taisto taje tajo takahiro
    takako takashi takeo takeshi takumi talha talia talio talita talitha talvikki talía tama tamar tamara
    tamas tameka tamela tamer tamera tami tamie tamika tamino tammie tammo tammy tamra tamsin tamás
    tancredo tandy taneli taner tanguy tania tanisha tanja tankred tanna tanner tanvi tanya taoufik tapani
    tara tarah taras tarcisio tarcísio taren tarik tariq tarja tarkan tarmo tarra taru tarun tarvo taryn
    tasha tashi tasia tatana tatiana tatjana tatsuya tatum tatyana tauno tauri taurino tauro tavio tawana
    tawanda tawnya tayfun taylan taylor tazio taína taís taťána tecla ted teddy teemu teena tegan teija
    teije teijo tejas tekla tellervo telma telmo telo temitope temme tempie tena tendai tenia tennie
    tennille tenzin teobaldo teodolinda teodomiro teodor teodora teodoro teodosio teodósio teofil teofila
    teofilo teon teotonio teotónio teppo terence terenzio teresa terese teresia teresinha teresita teressa
    terez tereza terezia terezie terhi terho teri terina terje terka tero terrance terrell terrence terri
    terrie terry terttu teréz terézia tess tessa tessie tetsuya teun teunis teuvo teófilo thabo thad
    thaddeus thais thalia thandiwe thanh thao thaïs thea theda thekla thelma themba theo theobald theodor
    theodora theodore theodoros theodorus theresa theresia theron thiago thibaud thibault thibaut thiemo
    thien thierno thierry thies thijmen thijn thijs thilo thobias thom thoma thomas thommy thora thoralf
    thorben thorbjorn thorbjørn thord thorfin thorgrim thorkild thorstein thorsten thure thurman thuy
    thyra théa théo théodore théophile thérèse thór tia tian tiana tianna tiare tibbe tiber tiberia
    tiberio tiberius tibi tibo tibor tibério ticiano tidiane tiemen tiera tiffani tiffanie tiffany tigo
    tiia tiina tiitus tiiu tijl tijmen tijn tijs tijuana tilda tilia tilla tilli tillie tilman tim timea
    timeo timi timm timmy timotej timoteo timothee timotheus timothy timothée timur timéo tina tindra tino
    tiphaine tirsa tirso tirza tisa tish tisha tita tito titouan titus tivadar tizian tiziana tiziano
    tjeerd tobbi tobi tobia tobias tobiasz tobin tobiáš toby tobías todd todda todor tofi toini toivo toka
    tola tolentino tolga toli tomas tomasa tomaska tomasz tomek tomeka tomer tomi tomiko tomislav
    tomislava tommaso tommi tommie tommy tomoko tomás tomáš tomáška tomé tona tonda toney toni tonia tonie
    tonino tonio tonja tonna tonni tony tonya toomas topias torben torbjorn torbjörn tori torie torquato
    torri torrie torsten torsti tory tosha toshiko toshio tosti toti totti touko tova tovi towanda toya
    tracee tracey tracie tracy trajano tran trana trang traviata travis trena trent trenton tresa tressa
    treva trevor triana tricia trilby trina trinh trisha trista tristan tristana tristano tristao tristão
    trixi trudi trudie trudy truls truman trung tsubasa tuana tude tugba tuija tuire tulin tulio tulipan
    tulipán tullia tullio tumi tunde tuomas tuomo tuovi turgay turgut turi turkan tuukka tuula tuuli
    tuulia tuulikki tuur tuure tuva tuyet tuğba twan twila twyla tycho tygo tyler tymon tymoteusz tyra
    tyree tyrell tyri tyron tyrone tyson tytti tytus tyyne tyyni tzipi tálio táňa tânia tåle tårn ténia
    tércio tília tímea túlio tülay tülin tünde tündér türkan ubaldo uberto uche ueli uffe uffi ufuk ugur
    ulderico ulises ulisse ulisses uljas ulla ulli ulric ulrica ulrich ulrico ulrik ulrike ulva ulve ulvi
    ulysse ulysses umar umberto umit unnar untamo uolevi uoti upton urania urbino urho urias uriel urien
    urmas uros urpo urraca ursel ursin urso ursula ursulina ursus urszula urve uránia uršula uschi usha
    ute uuno uwe vaclav vadim vagn vaho vainamo vaino vaka vakur vala valarie valbona valborg valda
    valdemar valdir valdis valdo valdomiro valentia valentijn valentim valentin valentina valentino
    valentyn valentyna valentín valentína valentýn valentýna valeri valeria valeriano valerie valerio
    valery valesca valeska valju valka vallo valma valmar valmir valmor valny valný valorie valpuri
    valquiria valquíria valter valto valtr valtter valtteri valéria valérie valério vanamo vance vanda
    vandana vando vanesa vanessa vania vanina vanita vanja vanna vanni vanusa vappu varg varick varo varpu
    varro varun varvara vashti vasil vasile vasilije vasiliki vasilis vasily vassili vasten vasudha vasyl
    vaughn vavrinec vavřinec veda vedrana veera veerle veeti vehbi veiga veijo veikka veikko veit velda
    velia velimir vella vellamo vello velma vena venancio venceslao venceslau vendelin vendelina vendelín
    vendelína vendula vendulka venecia venera veneranda venessa venetia venita venkat venla vennie venturo
    venuse venusz venuše venâncio verda verdiana verdie verena vergie vergilio vergílio verita vern verna
    vernell verner verneri verni vernia vernice vernon veron verona veronica veronika veronique verónica
    verónika vesa vesel vesna vesta veste vestina vesuvio veysel vianney vibeke vica vicenta vicente
    vicenzo vickey vicki vickie vicky vico victor victoriano victorina victorino victorio victória vidal
    vidar videl vidor vidya vieno viera vigan vigdis vigge viggo vigny vigo vihaan vihtori viive viivi
    vijay vikar vikas viki vikki vikram vikta viktor viktoria viktorie viktoriia viktorin viktória vilar
    vilbert vilem vilema vilemina vilemína vilgot vilhelm vilhelmiina vilho vili viliam viljam viljami
    viljar viljo villi villu vilma vilmar vilmos vilmy vilppu vilson vilém viléma vinay vince vincenc
    vincent vincente vincenz vincenza vincenzina vincenzo vindar vinicio vinita vinka vinn vinnie vinný
    vinod vinz vinzenz vinício violaine violante violeta violett violetta virge virgie virgil virgile
    virgilio virgina virginie virgo virgulino virgílio viriato virpi virtude virva virve vishal vitale
    vitali vitaliano vitaly vitezslav vitezslava vito vitor vitoria vitorio vittore vittorino vittorio
    vitus vitório vivaan vivaldo vivan viveca vivek viveka vivia vivian viviana viviane vivianne vivien
    vivienne vjatseslav vjatšeslav vlad vladan vladana vladimir vladimira vladimiro vladimír vladimíra
    vladislav vladislava vlado vlasta vlastimil vlastimila vlastislav vlastislava vlinder vojislav vojtech
    vojteska vojtěch vojtěška volante volkan volker volkmar volli vollrath volmer volodymyr vonda vonn
    vral vratislav vratislava vreni vrål vsevolod vuokko vyacheslav václav válter vânia väinämö väinö
    västen véda vénusz véronique víta vítor vítězslav vítězslava waclaw waclawa wacław wacława wade wael
    walburg walburga walda waldek waldemar waldi waldo waleed walid walker wallace wally walo walpurgis
    walter walther walton waltraud waltraut waltteri wanda wanja wanjiru wari warner warren wassim wawrzyn
    wayan waylon wayne weiming weldon wendelin wendell wendi wendie wendy wenjie wera werner wernher
    weronika wes wesley wess wessel weston whitley whitney wibke wiebe wiebke wiep wies wieslaw wieslawa
    wiesław wiesława wigh wiking wiktor wiktoria wilber wilbert wilbur wilburn wilda wiley wilford wilfred
    wilfredo wilfrid wilhelm wilhelma wilhelmiina wilhelmina wilhelmine wilhelmus wilhemina willa willard
    willem willemijn willemina willi william williams willian willibald willie willis wilma wilmar wilmer
    wilson wilton wiltrud wincenty winford winfred winfried winifred winni winnie winnifred winona winston
    wiola wioletta wissam witek witold wittekind wiwi wladyslawa wlodzimierz wojciech wojtek wolfe
    wolfgang woodrow wout wouter wrange wulf wyatt władysława włodzimierz xabier xander xandra xaver
    xaverius xavi xavier xaviera xena xenia xenie xeno xerxes xiao xiaohong xiaoli xiaoming xica xico
    ximena xiomara xisto xiuying xochitl xuan xénia xénon xóchitl yaa yaakov yacine yadira yael yagmur
    yago yahaira yahya yair yaiza yajaira yamato yamina yanick yanina yanira yanis yann yannick yannik
    yannis yaren yari yaroslav yasemin yash yasin yasmin yasmina yasmine yasser yassin yassine yassir
    yasuko yavuz yaël yağmur yekaterina yelena yenny yeonwoo yesenia yetunde yevgeny yichen yigit yildiz
    ying yitzhak yiğit ylermi ylva ymir ymke yngvar yngve yoan yoann yoel yohan yohann yoko yolanda
    yolande yolonda yonatan yong yorick yosef yoshie yoshiko yoshio youcef younes youngho youri yousef
    youssef yrjana yrjo yrjänä yrjö yrsa ysabel yseult yuhan yuichi yuina yukari yuki yukiko yuko yuksel
    yulia yumi yumiko yuna yung yunus yuri yuriko yuriy yury yusuf yusuke yuto yuuki yuxuan yvan yves
    yvette yvon yvone yvonne yüksel zachar zachariah zacharias zacharie zachariáš zachary zachery zack
    zackary zada zafer zafira zahra zaida zainab zaira zakaria zakarias zakariás zaki zana zander zandra
    zane zanele zaneta zapor zaqueu zara zarah zarco zarina zarko zavis zayd zayn zaynab zbigniew
    zbigniewa zbynek zbynka zbyněk zbysek zbyszek zbyszko zbyňka zbyšek zdena zdenek zdenka zdenko zdeněk
    zdeslav zdeňka zdislav zdislava zdravko zdzislaw zdzislawa zdzisław zdzisława zeferina zeferino zeger
    zehra zeke zekiye zelda zelia zelie zelig zeliha zelinda zella zelma zelmira zena zenaida zenaide
    zenek zengo zengő zenia zeno zenobia zenon zenta zeynep zhihao zhiqiang ziad zied ziemowit ziggy
    zikmund zilan zilda zille zina zinaida zion zita ziv ziva zixuan ziza zizi zlatan zlatko zlatuse
    zlatuše zodwa zoe zoey zofia zofie zohra zoila zoja zola zoli zoltan zoltán zora zoraida zoran zorka
    zosia zoya zoë zsalya zsanett zseni zsigmond zsofi zsofia zsolt zsombor zsuzsa zsuzsanna zsuzsi zsálya
    zsófi zsófia zubeyde zulema zulma zuzana zuzanna zygfryd zygfryda zyta zápor záviš zélia zélie zübeyde
    ábel ábrahám ádám áfonya ágata ágnes ágoston ágota álvaro ámos ángela áquila ária ármin árpád átila
    áureo ângela ângelo åke åsne ædel ægir çağla çağlar çiğdem édipo édouard ékes élie élio élisabeth
    élise élodie éloïse émile émilie émilien érica érico étel étienne ícaro íris írisz ísis ítalo íñigo
    ódin ólafur óscar ödön ömer östman özcan özge özkan özlem østen øvet øyvind úrsula ülve ümit ürge
    čeněk čestmír čestmíra čeňka ľubomír ľuboš ľudovít łucja łukasz řehoř şebnem şule šalamoun šalomoun
    šarlota šeherezáda šimon šimona štefan štěpán štěpána štěpánka šárka żaneta žaneta žarko želmíra živa
    žofie
    """
)
