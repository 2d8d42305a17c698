package content

import "testing"

// What happens to people every day leads to the entry that answers it: the words
// stand there as one of its questions, and each entry has a next step.
func TestSituations(t *testing.T) {
	lib, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	asked := map[string]string{}
	for _, e := range lib.Entries {
		for _, q := range e.Questions {
			asked[q] = e.ID
		}
	}
	for question, want := range situations {
		if asked[question] != want {
			t.Errorf("%s: %q, want %s", question, asked[question], want)
		} else if len(lib.Entries[want].Related) == 0 {
			t.Errorf("%s leads nowhere further", want)
		}
	}
}

var situations = map[string]string{
	"从泰国带减肥药回国可以吗":        "help/abroad",
	"国外买的软糖有大麻能带回来吗":      "help/abroad",
	"海淘的保健品有CBD能买吗":       "help/abroad",
	"帮人带包裹过关里面有毒品怎么办":     "help/carry-parcel",
	"帮人带东西被查出毒品怎么办":       "help/carry-parcel",
	"顺路带个包给钱能带吗":          "help/carry-parcel",
	"快递员收到可疑的包裹怎么办":       "help/courier",
	"外卖骑手帮人送东西发现像毒品怎么办":   "help/courier",
	"跑腿订单让我送一包粉末能接吗":      "help/courier",
	"院子里长出几棵像罂粟的花怎么办":     "help/found-plants",
	"被拉进卖上头电子烟的群怎么办":      "help/group-chat",
	"群里有人发卖毒品的消息怎么办":      "help/group-chat",
	"我只是在群里没说话会有事吗":       "help/group-chat",
	"戒毒后怎么找工作":            "help/job",
	"吸过毒能当兵考公务员吗":         "help/job",
	"戒毒后能考驾照吗":            "help/job",
	"我把房子租给别人他在里面吸毒我有责任吗": "help/landlord",
	"租客在出租房里贩毒房东怎么办":      "help/landlord",
	"房东怎么防租客吸毒":           "help/landlord",
	"老人去世了剩下的吗啡怎么处理":      "help/leftover-medicine",
	"用剩的止痛贴能扔垃圾桶吗":        "help/leftover-medicine",
	"安眠药分给朋友吃可以吗":         "help/leftover-medicine",
	"聚会上有人吸毒我没吸会被抓吗":      "help/party",
	"朋友聚会有人拿出毒品怎么办":       "help/party",
	"KTV里别人吸毒我在场有事吗":      "help/party",
	"帮人代收快递发现可疑东西怎么办":     "help/receive-parcel",
	"收到不是我买的国外包裹怎么办":      "help/receive-parcel",
	"别人用我的地址收快递会有事吗":      "help/receive-parcel",
	"网约车司机发现乘客带毒品怎么办":     "help/ride-driver",
	"乘客在我车上吸毒我要负责吗":       "help/ride-driver",
	"出租车司机拉到吸毒的人怎么办":      "help/ride-driver",
	"室友吸毒我怎么办":            "help/roommate",
	"合租的人在客厅吸毒我会不会有事":     "help/roommate",
	"宿舍里有人吸毒要不要说":         "help/roommate",
	"有人逼我吸毒怎么办":           "help/threatened",
	"欠了毒贩的钱被威胁怎么办":        "help/threatened",
	"不帮他送货他要打我怎么办":        "help/threatened",
	"酒店前台发现客人吸毒怎么办":       "help/venue-staff",
	"KTV服务员看到客人吸毒要不要报警":   "help/venue-staff",
	"客房打扫时发现吸毒工具怎么办":      "help/venue-staff",
	"吸了毒骑摩托车被查到怎么办":       "laws/daolu-22",
	"太忙忘了去社区戒毒报到怎么办":      "laws/jiedu-14",
	"社区戒毒期间回老家过年要说吗":      "laws/jiedu-19",
	"警察叫我验尿我没吸要去吗":        "laws/jindufa-32",
	"社区戒毒时又吸了会被送去强戒吗":     "laws/jindufa-38",
	"怀孕的人吸毒会被关起来吗":        "laws/jindufa-39",
	"老公在戒毒所能给他送衣服吗":       "laws/jindufa-46",
	"帮朋友联系卖家没赚钱也犯法吗":      "laws/jindufa-61",
	"我想去自首戒毒会不会拘留我":       "laws/jindufa-62",
	"举报错了人要坐牢吗":           "laws/jubao-11",
	"举报了邻居他会不会知道是我":       "laws/jubao-7",
	"十四岁帮人卖烟弹会坐牢吗":        "laws/xingfa-17",
	"借收款码给人收毒资会坐牢吗":       "laws/xingfa-191",
	"转手给别人只赚点烟钱算贩毒吗":      "laws/xingfa-347",
	"帮老板送一次货就要判刑吗":        "laws/xingfa-347",
	"儿子贩毒我帮他把东西扔了会怎样":     "laws/xingfa-349",
	"网上买了罂粟种子还没种会怎样":      "laws/xingfa-352",
	"在别人酒里下毒品会判几年":        "laws/xingfa-353",
	"让朋友在家里吸毒犯法吗":         "laws/xingfa-354",
	"我没吸只是把房间借给他会怎样":      "laws/xingfa-354",
	"朋友在我车上吸毒我有事吗":        "laws/xingfa-354",
	"帮毒贩跑过腿想自首会怎样":        "laws/xingfa-67",
	"吸毒拘留过以后别人查得到吗":       "laws/zhian-136",
	"孩子第一次吸毒会不会被关":        "laws/zhian-23",
	"聚会上吸笑气球会被抓吗":         "laws/zhian-36",
	"家里种了几棵罂粟会怎么处理":       "laws/zhian-83",
	"买点罂粟壳炖肉会被抓吗":         "laws/zhian-83",
	"头一回吸毒会不会坐牢":          "laws/zhian-84",
	"吸毒被抓要关多久":            "laws/zhian-84",
	"就抽了一口也算吸毒吗":          "laws/zhian-84",
	"藏了一小包自己吸犯法吗":         "laws/zhian-84",
	"叫朋友试一口会怎么处理":         "laws/zhian-85",
	"帮忙给个卖家的微信号犯法吗":       "laws/zhian-85",
}
