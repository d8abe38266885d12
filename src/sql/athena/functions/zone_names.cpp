#include "sql/athena/functions/zone_names.hpp"

#include <algorithm>
#include <unordered_map>

namespace dualstore::sql::athena {
namespace {

// As Unicode's CLDR has them in English, which Java prints.
constexpr ZoneTimes times[] = {
    {"", "Acre Standard Time", "", "", "America/Eirunepe America/Porto_Acre America/Rio_Branco Brazil/Acre"},
    {"", "Afghanistan Time", "", "", "Asia/Kabul"},
    {"AKST", "Alaska Standard Time", "AKDT", "Alaska Daylight Time",
     "America/Anchorage America/Juneau America/Metlakatla America/Nome America/Sitka America/Yakutat US/Alaska"},
    {"", "Amazon Standard Time", "", "Amazon Summer Time",
     "America/Boa_Vista America/Campo_Grande America/Cuiaba America/Manaus America/Porto_Velho Brazil/West"},
    {"SST", "American Samoa Standard Time", "", "", "Pacific/Midway Pacific/Pago_Pago Pacific/Samoa US/Samoa"},
    {"", "Amman Standard Time", "", "Amman Daylight Time", "Asia/Amman"},
    {"", "Anadyr Standard Time", "", "Anadyr Summer Time", "Asia/Anadyr"},
    {"", "Arabian Standard Time", "", "", "Asia/Aden Asia/Bahrain Asia/Kuwait Asia/Qatar Asia/Riyadh"},
    {"", "Arabian Standard Time", "", "Arabian Daylight Time", "Asia/Baghdad"},
    {"", "Argentina Standard Time", "", "Argentina Summer Time",
     "America/Argentina/Buenos_Aires America/Argentina/Catamarca America/Argentina/ComodRivadavia America/Argentina/Cordoba "
     "America/Argentina/Jujuy America/Argentina/La_Rioja America/Argentina/Mendoza America/Argentina/Rio_Gallegos "
     "America/Argentina/Salta America/Argentina/San_Juan America/Argentina/San_Luis America/Argentina/Tucuman "
     "America/Argentina/Ushuaia America/Buenos_Aires America/Catamarca America/Cordoba America/Jujuy America/Mendoza "
     "America/Rosario"},
    {"", "Armenia Standard Time", "", "Armenia Summer Time", "Asia/Yerevan"},
    {"", "Astrakhan Standard Time", "", "Astrakhan Daylight Time", "Europe/Astrakhan"},
    {"AST", "Atlantic Standard Time", "ADT", "Atlantic Daylight Time",
     "America/Anguilla America/Antigua America/Aruba America/Barbados America/Blanc-Sablon America/Curacao America/Dominica "
     "America/Glace_Bay America/Goose_Bay America/Grenada America/Guadeloupe America/Halifax America/Kralendijk "
     "America/Lower_Princes America/Marigot America/Martinique America/Moncton America/Montserrat America/Port_of_Spain "
     "America/Puerto_Rico America/Santo_Domingo America/St_Barthelemy America/St_Kitts America/St_Lucia America/St_Thomas "
     "America/St_Vincent America/Thule America/Tortola America/Virgin Atlantic/Bermuda Canada/Atlantic"},
    {"ACST", "Australian Central Standard Time", "ACDT", "Australian Central Daylight Time",
     "Australia/Adelaide Australia/Broken_Hill Australia/Darwin Australia/North Australia/South Australia/Yancowinna"},
    {"", "Australian Central Western Standard Time", "", "Australian Central Western Daylight Time", "Australia/Eucla"},
    {"AEST", "Australian Eastern Standard Time", "AEDT", "Australian Eastern Daylight Time",
     "Antarctica/Macquarie Australia/ACT Australia/Brisbane Australia/Canberra Australia/Currie Australia/Hobart "
     "Australia/Lindeman Australia/Melbourne Australia/NSW Australia/Queensland Australia/Sydney Australia/Tasmania "
     "Australia/Victoria"},
    {"AWST", "Australian Western Standard Time", "AWDT", "Australian Western Daylight Time",
     "Antarctica/Casey Australia/Perth Australia/West"},
    {"", "Azerbaijan Standard Time", "", "Azerbaijan Summer Time", "Asia/Baku"},
    {"", "Azores Standard Time", "GMT", "Azores Summer Time", "Atlantic/Azores"},
    {"", "Bangladesh Standard Time", "", "", "Asia/Dacca Asia/Dhaka"},
    {"", "Barnaul Standard Time", "", "Barnaul Daylight Time", "Asia/Barnaul"},
    {"", "Bhutan Time", "", "", "Asia/Thimbu Asia/Thimphu"},
    {"", "Bolivia Time", "", "", "America/La_Paz"},
    {"", "Bougainville Standard Time", "", "", "Pacific/Bougainville"},
    {"", "Brasilia Standard Time", "", "Brasilia Summer Time",
     "America/Araguaina America/Bahia America/Belem America/Fortaleza America/Maceio America/Recife America/Santarem "
     "America/Sao_Paulo Brazil/East"},
    {"", "Brunei Time", "", "", "Asia/Brunei Asia/Kuching"},
    {"", "Cape Verde Standard Time", "GMT", "Cape Verde Summer Time", "Atlantic/Cape_Verde"},
    {"GMT", "Casablanca Standard Time", "", "Casablanca Daylight Time", "Africa/Casablanca"},
    {"CAT", "Central Africa Time", "", "",
     "Africa/Blantyre Africa/Bujumbura Africa/Gaborone Africa/Harare Africa/Juba Africa/Khartoum Africa/Kigali Africa/Lubumbashi "
     "Africa/Lusaka Africa/Maputo"},
    {"CAT", "Central Africa Time", "CAT", "Windhoek Daylight Time", "Africa/Windhoek"},
    {"CET", "Central European Standard Time", "CEST", "Central European Summer Time",
     "Africa/Algiers Africa/Ceuta Africa/Tunis Arctic/Longyearbyen Atlantic/Jan_Mayen CET Europe/Amsterdam Europe/Andorra "
     "Europe/Belgrade Europe/Berlin Europe/Bratislava Europe/Brussels Europe/Budapest Europe/Busingen Europe/Copenhagen "
     "Europe/Gibraltar Europe/Ljubljana Europe/Luxembourg Europe/Madrid Europe/Malta Europe/Monaco Europe/Oslo Europe/Paris "
     "Europe/Podgorica Europe/Prague Europe/Rome Europe/San_Marino Europe/Sarajevo Europe/Skopje Europe/Stockholm Europe/Tirane "
     "Europe/Vaduz Europe/Vatican Europe/Vienna Europe/Warsaw Europe/Zagreb Europe/Zurich MET Poland"},
    {"WITA", "Central Indonesia Time", "", "", "Asia/Makassar Asia/Ujung_Pandang"},
    {"CST", "Central Standard Time", "CDT", "Central Daylight Time",
     "America/Bahia_Banderas America/Belize America/Chicago America/Chihuahua America/Costa_Rica America/El_Salvador "
     "America/Guatemala America/Indiana/Knox America/Indiana/Tell_City America/Knox_IN America/Managua America/Matamoros "
     "America/Menominee America/Merida America/Mexico_City America/Monterrey America/North_Dakota/Beulah "
     "America/North_Dakota/Center America/North_Dakota/New_Salem America/Ojinaga America/Rainy_River America/Rankin_Inlet "
     "America/Regina America/Resolute America/Swift_Current America/Tegucigalpa America/Winnipeg CST6CDT Canada/Central "
     "Canada/Saskatchewan Mexico/General US/Central US/Indiana-Starke"},
    {"ChST", "Chamorro Standard Time", "ChST", "Guam Daylight Time", "Pacific/Guam"},
    {"ChST", "Chamorro Standard Time", "ChST", "Saipan Daylight Time", "Pacific/Saipan"},
    {"", "Chatham Standard Time", "", "Chatham Daylight Time", "NZ-CHAT Pacific/Chatham"},
    {"", "Chile Standard Time", "", "Chile Summer Time", "America/Santiago Chile/Continental"},
    {"CST", "China Standard Time", "CDT", "China Daylight Time",
     "Asia/Chongqing Asia/Chungking Asia/Harbin Asia/Macao Asia/Macau Asia/Shanghai PRC"},
    {"", "Christmas Island Time", "", "", "Indian/Christmas"},
    {"", "Cocos Islands Time", "", "", "Asia/Rangoon Asia/Yangon Indian/Cocos"},
    {"", "Colombia Standard Time", "", "", "America/Bogota"},
    {"", "Cook Islands Standard Time", "", "Cook Islands Summer Time", "Pacific/Rarotonga"},
    {"CST", "Cuba Standard Time", "CDT", "Cuba Daylight Time", "America/Havana Cuba"},
    {"", "Damascus Standard Time", "", "Damascus Daylight Time", "Asia/Damascus"},
    {"", "Davis Time", "", "", "Antarctica/Davis"},
    {"", "Dumont d’Urville Time", "", "", "Antarctica/DumontDUrville Pacific/Port_Moresby"},
    {"EAT", "East Africa Time", "", "",
     "Africa/Addis_Ababa Africa/Asmara Africa/Asmera Africa/Dar_es_Salaam Africa/Djibouti Africa/Kampala Africa/Mogadishu "
     "Africa/Nairobi Indian/Antananarivo Indian/Comoro Indian/Mayotte"},
    {"", "Easter Island Standard Time", "", "Easter Island Summer Time", "Chile/EasterIsland Pacific/Easter"},
    {"EET", "Eastern European Standard Time", "EEST", "Eastern European Summer Time",
     "Africa/Cairo Africa/Tripoli Asia/Beirut Asia/Gaza Asia/Hebron Asia/Nicosia EET Egypt Europe/Athens Europe/Bucharest "
     "Europe/Chisinau Europe/Helsinki Europe/Kaliningrad Europe/Kiev Europe/Kyiv Europe/Mariehamn Europe/Nicosia Europe/Riga "
     "Europe/Sofia Europe/Tallinn Europe/Tiraspol Europe/Uzhgorod Europe/Vilnius Europe/Zaporozhye Libya"},
    {"WIT", "Eastern Indonesia Time", "", "", "Asia/Jayapura"},
    {"EST", "Eastern Standard Time", "EDT", "Eastern Daylight Time",
     "America/Atikokan America/Cancun America/Cayman America/Coral_Harbour America/Detroit America/Fort_Wayne America/Grand_Turk "
     "America/Indiana/Indianapolis America/Indiana/Marengo America/Indiana/Petersburg America/Indiana/Vevay "
     "America/Indiana/Vincennes America/Indiana/Winamac America/Indianapolis America/Iqaluit America/Jamaica "
     "America/Kentucky/Louisville America/Kentucky/Monticello America/Louisville America/Montreal America/Nassau America/New_York "
     "America/Nipigon America/Panama America/Pangnirtung America/Port-au-Prince America/Thunder_Bay America/Toronto Canada/Eastern "
     "EST5EDT Jamaica US/East-Indiana US/Eastern US/Michigan"},
    {"", "Ecuador Time", "", "", "America/Guayaquil"},
    {"GMT", "El Aaiun Standard Time", "", "El Aaiun Daylight Time", "Africa/El_Aaiun"},
    {"", "Falkland Islands Standard Time", "", "Falkland Islands Summer Time", "Atlantic/Stanley"},
    {"EET", "Famagusta Standard Time", "EEST", "Famagusta Daylight Time", "Asia/Famagusta"},
    {"", "Fernando de Noronha Standard Time", "", "Fernando de Noronha Summer Time", "America/Noronha Brazil/DeNoronha"},
    {"", "Fiji Standard Time", "", "Fiji Summer Time", "Pacific/Fiji"},
    {"", "French Guiana Time", "", "", "America/Cayenne"},
    {"", "French Southern & Antarctic Time", "", "", "Indian/Kerguelen Indian/Maldives"},
    {"", "Galapagos Time", "", "", "Pacific/Galapagos"},
    {"", "Gambier Time", "", "", "Pacific/Gambier"},
    {"", "Georgia Standard Time", "", "Georgia Summer Time", "Asia/Tbilisi"},
    {"", "Gilbert Islands Time", "", "", "Pacific/Wallis"},
    {"", "Greenland Standard Time", "", "Greenland Summer Time", "America/Godthab America/Nuuk America/Scoresbysund"},
    {"GMT", "Greenwich Mean Time", "BST", "British Summer Time",
     "Africa/Abidjan Africa/Accra Africa/Bamako Africa/Banjul Africa/Bissau Africa/Conakry Africa/Dakar Africa/Freetown "
     "Africa/Lome Africa/Monrovia Africa/Nouakchott Africa/Ouagadougou Africa/Sao_Tome Africa/Timbuktu Atlantic/St_Helena "
     "Europe/Belfast Europe/Guernsey Europe/Isle_of_Man Europe/Jersey Europe/London GB GB-Eire"},
    {"GMT", "Greenwich Mean Time", "GMT", "Danmarkshavn Daylight Time", "America/Danmarkshavn"},
    {"GMT", "Greenwich Mean Time", "GMT", "Reykjavik Daylight Time", "Atlantic/Reykjavik Iceland"},
    {"GMT", "Greenwich Mean Time", "GMT", "Troll Daylight Time", "Antarctica/Troll"},
    {"GMT", "Greenwich Mean Time", "IST", "Irish Standard Time", "Eire Europe/Dublin"},
    {"", "Gulf Standard Time", "", "", "Asia/Dubai Asia/Muscat"},
    {"", "Guyana Time", "", "", "America/Guyana"},
    {"HAST", "Hawaii-Aleutian Standard Time", "HADT", "Hawaii-Aleutian Daylight Time", "America/Adak America/Atka US/Aleutian"},
    {"HST", "Hawaii-Aleutian Standard Time", "HDT", "Hawaii-Aleutian Daylight Time", "Pacific/Honolulu Pacific/Johnston US/Hawaii"},
    {"HKT", "Hong Kong Standard Time", "HKST", "Hong Kong Summer Time", "Asia/Hong_Kong Hongkong"},
    {"", "Hovd Standard Time", "", "Hovd Summer Time", "Asia/Hovd"},
    {"IST", "India Standard Time", "IST", "Colombo Daylight Time", "Asia/Colombo"},
    {"IST", "India Standard Time", "IST", "Kolkata Daylight Time", "Asia/Calcutta Asia/Kolkata"},
    {"", "Indian Ocean Time", "", "", "Indian/Chagos"},
    {"", "Indochina Time", "", "", "Asia/Bangkok Asia/Ho_Chi_Minh Asia/Phnom_Penh Asia/Saigon Asia/Vientiane"},
    {"", "Iran Standard Time", "", "Iran Daylight Time", "Asia/Tehran Iran"},
    {"", "Irkutsk Standard Time", "", "Irkutsk Summer Time", "Asia/Irkutsk"},
    {"IST", "Israel Standard Time", "IDT", "Israel Daylight Time", "Asia/Jerusalem Asia/Tel_Aviv Israel"},
    {"", "Istanbul Standard Time", "", "Istanbul Daylight Time", "Asia/Istanbul Europe/Istanbul Turkey"},
    {"JST", "Japan Standard Time", "", "", "Asia/Tokyo Japan"},
    {"", "Kamchatka Standard Time", "", "Kamchatka Summer Time", "Asia/Kamchatka"},
    {"", "Kazakhstan Time", "", "Almaty Daylight Time", "Asia/Almaty"},
    {"", "Kazakhstan Time", "", "Aqtau Daylight Time", "Asia/Aqtau"},
    {"", "Kazakhstan Time", "", "Aqtobe Daylight Time", "Asia/Aqtobe"},
    {"", "Kazakhstan Time", "", "Atyrau Daylight Time", "Asia/Atyrau"},
    {"", "Kazakhstan Time", "", "Kostanay Daylight Time", "Asia/Qostanay"},
    {"", "Kazakhstan Time", "", "Oral Daylight Time", "Asia/Oral"},
    {"", "Kazakhstan Time", "", "Qyzylorda Daylight Time", "Asia/Qyzylorda"},
    {"MSK", "Kirov Standard Time", "MSK", "Kirov Daylight Time", "Europe/Kirov"},
    {"KST", "Korean Standard Time", "KST", "Korean Daylight Time", "Asia/Pyongyang Asia/Seoul ROK"},
    {"", "Kosrae Time", "", "", "Pacific/Kosrae"},
    {"", "Krasnoyarsk Standard Time", "", "Krasnoyarsk Summer Time", "Asia/Krasnoyarsk Asia/Novokuznetsk"},
    {"", "Kyrgyzstan Time", "", "Bishkek Daylight Time", "Asia/Bishkek"},
    {"", "Line Islands Time", "", "", "Pacific/Kiritimati"},
    {"", "Lord Howe Standard Time", "", "Lord Howe Daylight Time", "Australia/LHI Australia/Lord_Howe"},
    {"", "Magadan Standard Time", "", "Magadan Summer Time", "Asia/Magadan"},
    {"", "Malaysia Time", "", "", "Asia/Kuala_Lumpur"},
    {"", "Marquesas Time", "", "", "Pacific/Marquesas"},
    {"", "Marshall Islands Time", "", "", "Kwajalein Pacific/Kwajalein Pacific/Majuro Pacific/Tarawa"},
    {"", "Mauritius Standard Time", "", "", "Indian/Mauritius"},
    {"", "Mawson Time", "", "", "Antarctica/Mawson"},
    {"MST", "Mexican Pacific Standard Time", "MDT", "Mexican Pacific Daylight Time", "America/Hermosillo America/Mazatlan Mexico/BajaSur"},
    {"MSK", "Moscow Standard Time", "MSK", "Moscow Summer Time", "Europe/Minsk Europe/Moscow Europe/Simferopol W-SU"},
    {"MST", "Mountain Standard Time", "MDT", "Mountain Daylight Time",
     "America/Boise America/Cambridge_Bay America/Ciudad_Juarez America/Creston America/Dawson_Creek America/Denver "
     "America/Edmonton America/Fort_Nelson America/Inuvik America/Phoenix America/Shiprock America/Yellowknife Canada/Mountain "
     "MST7MDT Navajo US/Arizona US/Mountain"},
    {"", "Nauru Time", "", "", "Pacific/Nauru"},
    {"", "Nepal Time", "", "", "Asia/Kathmandu Asia/Katmandu"},
    {"", "New Caledonia Standard Time", "", "", "Pacific/Noumea"},
    {"NZST", "New Zealand Standard Time", "NZDT", "New Zealand Daylight Time",
     "Antarctica/McMurdo Antarctica/South_Pole NZ Pacific/Auckland"},
    {"NST", "Newfoundland Standard Time", "NDT", "Newfoundland Daylight Time", "America/St_Johns Canada/Newfoundland"},
    {"", "Niue Time", "", "", "Pacific/Niue"},
    {"", "Norfolk Island Standard Time", "", "Norfolk Island Daylight Time", "Pacific/Norfolk"},
    {"", "Novosibirsk Standard Time", "", "Novosibirsk Summer Time", "Asia/Novosibirsk"},
    {"", "Omsk Standard Time", "", "Omsk Summer Time", "Asia/Omsk"},
    {"PST", "Pacific Standard Time", "PDT", "Pacific Daylight Time",
     "America/Ensenada America/Los_Angeles America/Santa_Isabel America/Tijuana America/Vancouver Canada/Pacific Mexico/BajaNorte "
     "PST8PDT US/Pacific"},
    {"PKT", "Pakistan Standard Time", "PKST", "Pakistan Summer Time", "Asia/Karachi"},
    {"", "Palau Time", "", "", "Pacific/Palau"},
    {"", "Palmer Standard Time", "", "Palmer Daylight Time", "Antarctica/Palmer"},
    {"", "Papua New Guinea Time", "", "", "Pacific/Chuuk Pacific/Truk Pacific/Yap"},
    {"", "Paraguay Standard Time", "", "Paraguay Summer Time", "America/Asuncion"},
    {"", "Peru Standard Time", "", "Peru Summer Time", "America/Lima"},
    {"PST", "Philippine Standard Time", "PDT", "Philippine Summer Time", "Asia/Manila"},
    {"", "Phoenix Islands Time", "", "", "Pacific/Enderbury Pacific/Kanton"},
    {"", "Pitcairn Time", "", "", "Pacific/Pitcairn"},
    {"", "Punta Arenas Standard Time", "", "Punta Arenas Daylight Time", "America/Punta_Arenas"},
    {"", "Rothera Time", "", "", "Antarctica/Rothera"},
    {"", "Réunion Time", "", "", "Indian/Reunion"},
    {"", "Sakhalin Standard Time", "", "Sakhalin Summer Time", "Asia/Sakhalin"},
    {"", "Samara Standard Time", "", "Samara Summer Time", "Europe/Samara"},
    {"", "Samoa Standard Time", "", "", "Pacific/Apia"},
    {"", "Saratov Standard Time", "", "Saratov Daylight Time", "Europe/Saratov"},
    {"", "Seychelles Time", "", "", "Indian/Mahe"},
    {"", "Singapore Standard Time", "", "", "Asia/Singapore Singapore"},
    {"", "Solomon Islands Time", "", "", "Pacific/Guadalcanal Pacific/Pohnpei Pacific/Ponape"},
    {"SAST", "South Africa Standard Time", "", "", "Africa/Maseru Africa/Mbabane"},
    {"SAST", "South Africa Standard Time", "SAST", "Johannesburg Daylight Time", "Africa/Johannesburg"},
    {"", "South Georgia Time", "", "", "Atlantic/South_Georgia"},
    {"", "Srednekolymsk Standard Time", "", "Srednekolymsk Daylight Time", "Asia/Srednekolymsk"},
    {"", "St. Pierre & Miquelon Standard Time", "", "St. Pierre & Miquelon Daylight Time", "America/Miquelon"},
    {"", "Suriname Time", "", "", "America/Paramaribo"},
    {"", "Syowa Time", "", "", "Antarctica/Syowa"},
    {"", "Tahiti Time", "", "", "Pacific/Tahiti"},
    {"CST", "Taiwan Standard Time", "CDT", "Taiwan Daylight Time", "Asia/Taipei"},
    {"", "Tajikistan Time", "", "Dushanbe Daylight Time", "Asia/Dushanbe"},
    {"", "Timor-Leste Time", "", "", "Asia/Dili"},
    {"", "Tokelau Time", "", "", "Pacific/Fakaofo"},
    {"", "Tomsk Standard Time", "", "Tomsk Daylight Time", "Asia/Tomsk"},
    {"", "Tonga Standard Time", "", "", "Pacific/Tongatapu"},
    {"", "Turkmenistan Standard Time", "", "Turkmenistan Summer Time", "Asia/Ashgabat Asia/Ashkhabad"},
    {"", "Tuvalu Time", "", "", "Pacific/Funafuti"},
    {"", "Ulaanbaatar Standard Time", "", "Ulaanbaatar Summer Time", "Asia/Choibalsan Asia/Ulaanbaatar Asia/Ulan_Bator"},
    {"", "Ulyanovsk Standard Time", "", "Ulyanovsk Daylight Time", "Europe/Ulyanovsk"},
    {"", "Uruguay Standard Time", "", "Uruguay Summer Time", "America/Montevideo"},
    {"", "Urumqi Standard Time", "", "", "Asia/Kashgar Asia/Urumqi"},
    {"", "Uzbekistan Standard Time", "", "Uzbekistan Summer Time", "Asia/Samarkand Asia/Tashkent"},
    {"", "Vanuatu Standard Time", "", "Vanuatu Summer Time", "Pacific/Efate"},
    {"", "Venezuela Time", "", "", "America/Caracas"},
    {"", "Vladivostok Standard Time", "", "Vladivostok Summer Time", "Asia/Ust-Nera Asia/Vladivostok"},
    {"MSK", "Volgograd Standard Time", "MSK", "Volgograd Summer Time", "Europe/Volgograd"},
    {"", "Vostok Time", "", "", "Antarctica/Vostok"},
    {"", "Wake Island Time", "", "", "Pacific/Wake"},
    {"WAT", "West Africa Standard Time", "", "",
     "Africa/Bangui Africa/Brazzaville Africa/Douala Africa/Kinshasa Africa/Lagos Africa/Libreville Africa/Luanda Africa/Malabo "
     "Africa/Ndjamena Africa/Niamey Africa/Porto-Novo"},
    {"WET", "Western European Standard Time", "WEST", "Western European Summer Time",
     "Atlantic/Canary Atlantic/Faeroe Atlantic/Faroe Atlantic/Madeira Europe/Lisbon Portugal WET"},
    {"WIB", "Western Indonesia Time", "", "", "Asia/Jakarta Asia/Pontianak"},
    {"", "Yakutsk Standard Time", "", "Yakutsk Summer Time", "Asia/Chita Asia/Khandyga Asia/Yakutsk"},
    {"", "Yekaterinburg Standard Time", "", "Yekaterinburg Summer Time", "Asia/Yekaterinburg"},
    {"MST", "Yukon Time", "MST", "Dawson Daylight Time", "America/Dawson"},
    {"MST", "Yukon Time", "MST", "Whitehorse Daylight Time", "America/Whitehorse Canada/Yukon"},
};

using Index = std::unordered_map<std::string_view, const ZoneTimes*>;

Index make_index() {
    Index index;
    for (const ZoneTimes& group : times) {
        for (std::string_view rest = group.zones; !rest.empty();) {
            const auto end = std::min(rest.find(' '), rest.size());
            index.emplace(rest.substr(0, end), &group);
            rest.remove_prefix(std::min(end + 1, rest.size()));
        }
    }
    return index;
}

}  // namespace

const ZoneTimes* zone_times(std::string_view name) {
    static const Index index = make_index();
    const auto found = index.find(name);
    return found == index.end() ? nullptr : found->second;
}

bool is_zone_name(std::string_view name) {
    return zone_times(name) != nullptr;
}

}  // namespace dualstore::sql::athena
